import { PlatformError } from '#base/core/index.ts';

export type ConsentErrorCode =
  | 'CONSENT_CONFIRM_INVALID'
  | 'CONSENT_EXPIRY_INVALID'
  | 'CONSENT_PURPOSE_INVALID'
  | 'CONSENT_RECEIPT_INVALID'
  | 'CONSENT_STREAM_INVALID'
  | 'CONSENT_SUBJECT_INVALID'
  | 'CONSENT_UNKNOWN';

/** Raised by this room. Messages name streams, purposes and ids of records, never a person. */
export class ConsentError extends PlatformError<ConsentErrorCode> {}
