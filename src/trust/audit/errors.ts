import { PlatformError } from '#base/core/index.ts';

export type AuditErrorCode =
  | 'AUDIT_ENTRY_INVALID'
  | 'AUDIT_ENTRY_MISSING'
  | 'AUDIT_LOG_UNAVAILABLE'
  | 'AUDIT_LOG_LOCKED'
  | 'AUDIT_LOG_CORRUPT'
  | 'AUDIT_CHECKPOINT_INVALID'
  | 'AUDIT_TILE_INVALID'
  | 'AUDIT_PROOF_INVALID'
  | 'AUDIT_RECEIPT_INVALID'
  | 'AUDIT_SOURCE_UNREADABLE'
  | 'AUDIT_REQUEST_INVALID'
  | 'AUDIT_WITNESS_STATE_INVALID';

/** Raised by this room. */
export class AuditError extends PlatformError<AuditErrorCode> {}
