import { PlatformError } from '#base/core/index.ts';

export type RespondErrorCode =
  | 'RESPOND_ALERT_UNKNOWN'
  | 'RESPOND_INCIDENT_UNKNOWN'
  | 'RESPOND_RULE_UNKNOWN'
  | 'RESPOND_WEBHOOK_SECRET'
  | 'RESPOND_WINDOW_INVALID';

/** Raised where alerts are kept and answered. */
export class RespondError extends PlatformError<RespondErrorCode> {}
