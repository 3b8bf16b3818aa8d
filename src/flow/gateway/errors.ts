import { PlatformError } from '#base/core/index.ts';

export type GatewayErrorCode =
  | 'GATEWAY_LISTEN_FAILED'
  | 'GATEWAY_CERTIFICATE_INVALID'
  | 'GATEWAY_ADDRESS_INVALID'
  | 'GATEWAY_SESSION_EVENT_INVALID'
  | 'GATEWAY_HUB_CLOSED';

/** Raised by this room. What a peer does wrong is never one of these: it is answered, counted and forgotten. */
export class GatewayError extends PlatformError<GatewayErrorCode> {}
