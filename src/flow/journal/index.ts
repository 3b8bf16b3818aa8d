export { JournalError } from './errors.ts';
export type { JournalErrorCode } from './errors.ts';
export type { JournalRecord, QuarantinedReading, RefusalCount, SessionEvent } from './record.ts';
export type {
  JournalCursor,
  JournalItem,
  JournalKeyRing,
  JournalKeySource,
  JournalPosition,
  JournalReader,
  JournalWriter,
  TornTail,
} from './ports.ts';
