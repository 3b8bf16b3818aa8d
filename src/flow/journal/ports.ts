import type { AeadKey } from '#base/crypto/index.ts';
import type { JournalRecord } from './record.ts';

/** The place behind a record: reading goes on from there. */
export interface JournalPosition {
  readonly file: string;
  /** Bytes from the start of the file to the end of the record. */
  readonly offset: number;
}

/** How far a reader has come: the offset behind the last record it took, by file. A file not named is unread. */
export type JournalCursor = ReadonlyMap<string, number>;

/**
 * Where admitted readings become durable. One writer per gateway worker.
 *
 * `append` takes what it needs out of the records before it returns its promise, so the caller may use their arrays
 * again at once. Records of one call are one group: after a crash all of them are there or none. The promise
 * resolves when the group survives power loss.
 *
 * @throws {JournalError} JOURNAL_FULL where there is no room and JOURNAL_FAILED where writing failed otherwise: none
 * of the records is kept, and a later call may succeed. JOURNAL_CLOSED after `close`.
 */
export interface JournalWriter {
  append(records: readonly JournalRecord[]): Promise<JournalPosition>;
  close(): Promise<void>;
}

/** One record as a reader meets it. */
export interface JournalItem {
  readonly position: JournalPosition;
  readonly record: JournalRecord;
  /** Number of the worker whose journal this is. */
  readonly worker: number;
}

/** Bytes behind the last whole group of a file whose writer is gone: never acknowledged, never returned. */
export interface TornTail {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Reads what is durable, over the files of all workers; records of one worker come in the order of their writing. */
export interface JournalReader {
  /**
   * Records behind the cursor. Without `follow` it ends at what is durable now; with it, it waits for `wake`.
   *
   * @throws {JournalError} JOURNAL_DAMAGED where a durable record does not open: file and offset are named and
   * nothing behind it is returned. JOURNAL_KEY_UNKNOWN where the key ring has no key for a file.
   */
  read(cursor: JournalCursor, options?: { follow?: boolean; signal?: AbortSignal }): AsyncIterable<JournalItem>;
  /** Tells that something was written; cheap, may come from any event. */
  wake(): void;
  /** The finished files whose every record lies behind each of the cursors: the caller may delete them. */
  release(cursors: readonly JournalCursor[]): Promise<readonly string[]>;
}

/** Fresh keys for journal files, a stock handed ahead by who keeps the keys. */
export interface JournalKeySource {
  /**
   * The id and key of a new file. Ids sort in the order of their making, are `[a-z0-9-]{1,64}` and never come twice.
   *
   * @throws {JournalError} JOURNAL_KEY_UNKNOWN where the stock is used up: readings get "try later"
   */
  next(): { readonly fileId: string; readonly key: AeadKey };
}

/** Keys of existing files, for reading. */
export interface JournalKeyRing {
  key(fileId: string): AeadKey | null | Promise<AeadKey | null>;
}
