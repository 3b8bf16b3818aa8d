import { crc32 } from 'node:zlib';

import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { FeaturesError } from './errors.ts';

/** An array that state may hold. */
export type StateArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** State as plain data: numbers and typed arrays by name. */
export type StateRecord = Readonly<Record<string, number | StateArray>>;

const MAGIC = 0x5457_5357; // "WSWT" as bytes
const VERSION = 1;
const NUMBER = 0;
const MOST_ENTRIES = 4096;

const ARRAYS = [Float64Array, Float32Array, Int32Array, Uint32Array, Uint8Array] as const;

/**
 * Encodes state as bytes that a later process, worker or version can restore.
 *
 * Layout, little endian: magic, format version (u16), the kind's own version (u16), the kind (u8 length, UTF-8),
 * entries (u16), then each entry with name (u8 length, UTF-8), type (u8) and a double, or a length (u32) and the
 * array's bytes; last a CRC-32 of all before it. See `docs/formats/detector-state.md`.
 *
 * @param kind what the state belongs to, at most 255 bytes
 * @param version of the kind's own meaning of the entries
 */
export function encodeState(kind: string, version: number, state: StateRecord): Uint8Array {
  const entries = Object.entries(state).map(([name, value]) => ({ name: encodeUtf8(name), value }));
  const kindBytes = encodeUtf8(kind);
  let size = 4 + 2 + 2 + 1 + kindBytes.length + 2 + 4;
  for (const { name, value } of entries) {
    size += 1 + name.length + 1 + (typeof value === 'number' ? 8 : 4 + value.byteLength);
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, version, true);
  let at = putText(bytes, 8, kindBytes);
  view.setUint16(at, entries.length, true);
  at += 2;
  for (const { name, value } of entries) {
    at = putText(bytes, at, name);
    bytes[at++] = typeof value === 'number' ? NUMBER : typeOf(value);
    if (typeof value === 'number') {
      view.setFloat64(at, value, true);
      at += 8;
    } else {
      view.setUint32(at, value.length, true);
      // Every platform that Node runs on is little endian, so the array's own bytes are the format's.
      bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at + 4);
      at += 4 + value.byteLength;
    }
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

/**
 * Decodes state. Every array is a copy, so the bytes may be reused.
 *
 * @throws {FeaturesError} FEATURES_STATE_CORRUPT if the bytes are damaged or torn, FEATURES_STATE_FOREIGN if they are
 *   sound but of another kind or of a version that this program does not know
 */
export function decodeState(bytes: Uint8Array, kind: string, version: number): Map<string, number | StateArray> {
  const corrupt = (what: string): FeaturesError =>
    new FeaturesError('FEATURES_STATE_CORRUPT', `Cannot restore state of ${kind}: ${what}`, {
      hint: 'Restore an older snapshot, or let it learn anew',
    });
  if (bytes.length < 15) throw corrupt(`${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 4;
  if (view.getUint32(0, true) !== MAGIC) throw corrupt('it does not start as state does');
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) throw corrupt('the checksum differs');
  let at = 8;
  const need = (length: number): void => {
    if (at + length > end) throw corrupt('an entry ends beyond the bytes');
  };
  const text = (): string => {
    need(1);
    const length = bytes[at++]!;
    need(length);
    at += length;
    return decodeUtf8(bytes.subarray(at - length, at));
  };
  const foreign = (what: string): FeaturesError =>
    new FeaturesError('FEATURES_STATE_FOREIGN', `Cannot restore state of ${kind}: it is ${what}`, {
      hint: 'Name the kind and version that made it, or let it learn anew',
    });
  const format = view.getUint16(4, true);
  if (format !== VERSION) throw foreign(`of format version ${format}, known is ${VERSION}`);
  const found = text();
  if (found !== kind) throw foreign(`of ${found}`);
  const own = view.getUint16(6, true);
  if (own !== version) throw foreign(`of version ${own}, known is ${version}`);
  need(2);
  const count = view.getUint16(at, true);
  at += 2;
  if (count > MOST_ENTRIES) throw corrupt(`${count} entries are too many`);
  const state = new Map<string, number | StateArray>();
  for (let i = 0; i < count; i++) {
    const name = text();
    need(1);
    const type = bytes[at++]!;
    if (type === NUMBER) {
      need(8);
      state.set(name, view.getFloat64(at, true));
      at += 8;
      continue;
    }
    const ArrayType = ARRAYS[type - 1];
    if (ArrayType === undefined) throw corrupt(`entry ${name} has the unknown type ${type}`);
    need(4);
    const length = view.getUint32(at, true);
    at += 4;
    need(length * ArrayType.BYTES_PER_ELEMENT);
    // Not `slice`: of a Buffer that is no copy, and need not start where doubles may.
    const copy = new Uint8Array(bytes.subarray(at, at + length * ArrayType.BYTES_PER_ELEMENT));
    state.set(name, new ArrayType(copy.buffer, copy.byteOffset, length));
    at += copy.length;
  }
  if (at !== end) throw corrupt('there are bytes after the last entry');
  return state;
}

function putText(bytes: Uint8Array, at: number, text: Uint8Array): number {
  if (text.length > 255) throw new RangeError(`A name of state has ${text.length} bytes, at most 255 fit`);
  bytes[at] = text.length;
  bytes.set(text, at + 1);
  return at + 1 + text.length;
}

function typeOf(value: StateArray): number {
  return 1 + ARRAYS.findIndex((ArrayType) => value instanceof ArrayType);
}
