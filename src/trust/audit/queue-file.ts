import { crc32 } from 'node:zlib';
import { AuditError } from './errors.ts';
import { BUNDLE_ENTRY_LIMIT } from './tile.ts';

/** First bytes of a queue file: name and version of the format. */
const MAGIC = new Uint8Array([0x57, 0x45, 0x49, 0x52, 0x41, 0x51, 0x31, 0x0a]);

/** Bytes before the first record: magic, then the index of the first entry. */
export const QUEUE_HEADER_LENGTH = 16;

/** Bytes before each entry: its length, then a checksum over place and entry. */
const RECORD_HEADER_LENGTH = 8;

/** The name of the queue file that begins with an entry. Sixteen digits, so that names sort as indexes do. */
export function queueFileName(first: number): string {
  return `${String(first).padStart(16, '0')}.queue`;
}

/** The index that a queue file begins with, or null where the name is none. */
export function parseQueueFileName(name: string): number | null {
  return /^[0-9]{16}\.queue$/.test(name) ? Number(name.slice(0, 16)) : null;
}

/** The header of a queue file. */
export function encodeQueueHeader(first: number): Uint8Array {
  const header = new Uint8Array(QUEUE_HEADER_LENGTH);
  header.set(MAGIC, 0);
  new DataView(header.buffer).setBigUint64(8, BigInt(first));
  return header;
}

/** The records of a run of entries, to be appended to a queue file in one write. */
export function encodeQueueRecords(first: number, entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + RECORD_HEADER_LENGTH + entry.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [i, entry] of entries.entries()) {
    view.setUint32(at, entry.length);
    view.setUint32(at + 4, checksum(first + i, entry));
    bytes.set(entry, at + RECORD_HEADER_LENGTH);
    at += RECORD_HEADER_LENGTH + entry.length;
  }
  return bytes;
}

/** What a queue file holds. */
export interface QueueContent {
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  /** Bytes up to the end of the last whole record; what follows was being written when the writer ended. */
  readonly validLength: number;
}

/**
 * Reads a queue file up to its first record that is not whole.
 *
 * @param first the index that the file's name gives
 * @returns null where even the header is not whole: nothing was ever acknowledged from such a file
 * @throws {AuditError} AUDIT_LOG_CORRUPT if the header is of another format, version or index
 */
export function decodeQueueFile(bytes: Uint8Array, first: number): QueueContent | null {
  if (bytes.length < QUEUE_HEADER_LENGTH) return null;
  const expected = encodeQueueHeader(first);
  if (!expected.every((byte, i) => byte === bytes[i])) {
    throw new AuditError('AUDIT_LOG_CORRUPT', `Cannot read audit queue at entry ${first}: its header is not its own`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = QUEUE_HEADER_LENGTH;
  while (at + RECORD_HEADER_LENGTH <= bytes.length) {
    const length = view.getUint32(at);
    const end = at + RECORD_HEADER_LENGTH + length;
    if (length === 0 || length > BUNDLE_ENTRY_LIMIT || end > bytes.length) break;
    const entry = bytes.subarray(at + RECORD_HEADER_LENGTH, end);
    if (view.getUint32(at + 4) !== checksum(first + entries.length, entry)) break;
    entries.push(entry);
    at = end;
  }
  return { first, entries, validLength: at };
}

/** A checksum tells a torn write, no more: who can write the file can write the checksum. The tree tells the rest. */
function checksum(index: number, entry: Uint8Array): number {
  return crc32(entry, crc32(queueFileName(index)));
}
