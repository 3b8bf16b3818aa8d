export { JournalError } from './errors.ts';
export type { JournalErrorCode } from './errors.ts';
export type { JournalRecord, QuarantinedReading, RefusalCount, SessionEvent, VaultRecord } from './record.ts';
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
export { FileJournalWriter } from './file-writer.ts';
export type { FileJournalOptions } from './file-writer.ts';
export { FileJournalReader } from './file-reader.ts';
export type { FileJournalReaderOptions, JournalDamage, JournalFileInfo } from './file-reader.ts';
export { sessionRecords, windowRecords } from './bounded-records.ts';
export { nodeFiles } from './journal-files.ts';
export type { JournalFiles, JournalHandle } from './journal-files.ts';
export { encodeRecord, decodeRecord, RECORD_VERSION } from './record-codec.ts';
export { ByteWriter } from './byte-writer.ts';
export { allowedRate, lowerRate } from './allowed-rate.ts';
export { ReaderLag } from './reader-lag.ts';
export { SmoothRate } from './smooth-rate.ts';
export { BATCH_ROWS_LIMIT } from './batch-codec.ts';
