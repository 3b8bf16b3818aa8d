import { PlatformError } from '#base/core/index.ts';

export type IngestErrorCode =
  | 'INGEST_TABLE_SMALL'
  | 'INGEST_PATTERN_INVALID'
  | 'INGEST_TOKEN_KEY_MISSING'
  | 'INGEST_VAULT_RECORD_INVALID'
  | 'INGEST_WINDOWS_INVALID'
  | 'INGEST_WINDOW_CLOSED';

/** Raised by this room for faults of set-up. What a reading can be guilty of is a reason, not an error. */
export class IngestError extends PlatformError<IngestErrorCode> {}
