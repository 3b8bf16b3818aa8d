import { PlatformError } from '#base/core/index.ts';

export type JournalErrorCode =
  | 'JOURNAL_FULL'
  | 'JOURNAL_FAILED'
  | 'JOURNAL_CLOSED'
  | 'JOURNAL_DAMAGED'
  | 'JOURNAL_RECORD_INVALID'
  | 'JOURNAL_FILE_INVALID'
  | 'JOURNAL_KEY_UNKNOWN';

/** Raised by this room. */
export class JournalError extends PlatformError<JournalErrorCode> {}
