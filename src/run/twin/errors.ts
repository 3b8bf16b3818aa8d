import { PlatformError } from '#base/core/index.ts';

export type TwinErrorCode = 'TWIN_CONNECT_REFUSED' | 'TWIN_CONNECTION_LOST';

/** Raised by publishers of readings. */
export class TwinError extends PlatformError<TwinErrorCode> {}
