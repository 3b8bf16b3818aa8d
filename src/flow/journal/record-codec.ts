import type { TextPool } from './text-pool.ts';
import type { SeqWindow } from '#trust/identity/index.ts';
import { decodeBatch, encodeBatch } from './batch-codec.ts';
import { ByteReader, invalid } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { JournalRecord, QuarantinedReading, RefusalCount, SessionEvent } from './record.ts';

/** Version of the record layout; a reader takes every version up to its own. */
export const RECORD_VERSION = 1;

const KINDS = ['batch', 'refusals', 'session', 'quarantined', 'windows', 'vault'] as const;

/** Writes one record: version, kind, body. */
export function encodeRecord(out: ByteWriter, record: JournalRecord): void {
  out.u8(RECORD_VERSION);
  out.u8(KINDS.indexOf(record.kind));
  switch (record.kind) {
    case 'batch':
      encodeBatch(out, record.batch);
      break;
    case 'refusals':
      out.u32(record.counts.length);
      for (const count of record.counts) encodeRefusals(out, count);
      break;
    case 'session':
      out.u32(record.events.length);
      for (const event of record.events) {
        out.shortText(event.session);
        out.longBytes(event.event);
      }
      break;
    case 'windows':
      out.u32(record.snapshot.hashKey[0] >>> 0);
      out.u32(record.snapshot.hashKey[1] >>> 0);
      out.u32(record.snapshot.windows.length);
      for (const window of record.snapshot.windows) encodeWindow(out, window);
      break;
    case 'quarantined':
      out.u32(record.readings.length);
      for (const reading of record.readings) encodeQuarantined(out, reading);
      break;
    case 'vault':
      out.u32(record.version);
      out.u8(record.salt.length);
      out.raw(record.salt);
      out.f64(record.number);
      out.longBytes(record.sealed);
      break;
  }
}

/**
 * The record that bytes hold.
 *
 * @param texts those of records before it, for a reader of many
 * @throws {JournalError} JOURNAL_RECORD_INVALID unless they are one whole record of a known version and kind
 */
export function decodeRecord(bytes: Uint8Array, texts: TextPool | null = null): JournalRecord {
  const input = new ByteReader(bytes, texts);
  const version = input.u8();
  if (version !== RECORD_VERSION) throw invalid(`it is of version ${version}, and this reader knows ${RECORD_VERSION}`);
  const record = decodeBody(input, KINDS[input.u8()]);
  input.end();
  return record;
}

function decodeBody(input: ByteReader, kind: (typeof KINDS)[number] | undefined): JournalRecord {
  switch (kind) {
    case 'batch':
      return { kind, batch: decodeBatch(input) };
    case 'refusals':
      return { kind, counts: Array.from({ length: input.count(10) }, () => decodeRefusals(input)) };
    case 'session':
      return { kind, events: Array.from({ length: input.count(6) }, () => decodeEvent(input)) };
    case 'quarantined':
      return { kind, readings: Array.from({ length: input.count(24) }, () => decodeQuarantined(input)) };
    case 'windows': {
      const hashKey = [input.u32() | 0, input.u32() | 0] as const;
      return {
        kind,
        snapshot: { hashKey, windows: Array.from({ length: input.count(24) }, () => decodeWindow(input)) },
      };
    }
    case 'vault': {
      const [version, salt, number] = [input.u32(), input.raw(input.u8()), input.f64()];
      if (!Number.isSafeInteger(number) || number < 0) throw invalid('the number of a vault record is none');
      return { kind, version, salt, number, sealed: input.longBytes() };
    }
    default:
      throw invalid('it is of an unknown kind');
  }
}

function encodeRefusals(out: ByteWriter, { device, stream, reason, count, digest }: RefusalCount): void {
  out.shortText(device);
  out.shortText(stream);
  out.u8(reason);
  out.u32(count);
  out.u8(digest.length);
  out.raw(digest);
}

function decodeRefusals(input: ByteReader): RefusalCount {
  const [device, stream, reason, count] = [input.shortText(), input.shortText(), input.u8(), input.u32()];
  return { device, stream, reason, count, digest: input.raw(input.u8()) };
}

function decodeEvent(input: ByteReader): SessionEvent {
  return { session: input.shortText(), event: input.longBytes() };
}

function encodeWindow(out: ByteWriter, { device, stream, max, floor, hashes }: SeqWindow): void {
  out.u32(device);
  out.shortText(stream);
  out.f64(max);
  out.f64(floor);
  out.u16(hashes.length);
  for (const hash of hashes) out.u32(hash >>> 0);
}

function decodeWindow(input: ByteReader): SeqWindow {
  const [device, stream, max, floor] = [input.u32(), input.shortText(), input.f64(), input.f64()];
  return { device, stream, max, floor, hashes: Int32Array.from({ length: input.u16() }, () => input.u32() | 0) };
}

function encodeQuarantined(out: ByteWriter, reading: QuarantinedReading): void {
  out.shortText(reading.device);
  out.shortText(reading.stream);
  out.shortText(reading.via ?? '');
  out.u8(reading.reason);
  out.f64(reading.received);
  out.shortText(reading.place);
  out.u32(reading.length);
  out.longBytes(reading.payload);
}

function decodeQuarantined(input: ByteReader): QuarantinedReading {
  const [device, stream, via] = [input.shortText(), input.shortText(), input.shortText()];
  const [reason, received, place, length] = [input.u8(), input.f64(), input.shortText(), input.u32()];
  return { device, stream, via: via === '' ? null : via, reason, received, place, length, payload: input.longBytes() };
}
