import type { ColumnShape } from '#base/core/index.ts';
import { hybridRuns, packedWidth } from './encode-levels.ts';

/** PLAIN encoding of values that are there; nulls were left out. @see Apache Parquet format, Encodings.md */

/** Doubles, little-endian: on the machines that Weir runs on the bytes of the array itself. */
export function plainDoubles(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Whole numbers within ±(2^53−1) as 64-bit two's complement, little-endian. */
export function plainIntegers(values: Float64Array): Uint8Array {
  // By halves of 32 bits: ten times as fast as through BigInt64Array.
  const halves = new Int32Array(values.length * 2);
  for (let i = 0, at = 0; i < values.length; i += 1, at += 2) {
    const value = values[i]!;
    const high = Math.floor(value / 4_294_967_296);
    halves[at] = value - high * 4_294_967_296;
    halves[at + 1] = high;
  }
  return new Uint8Array(halves.buffer);
}

/** Booleans, one bit each, lowest first. */
export function plainBooleans(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i += 1) bits[i >> 3] = bits[i >> 3]! | (values[i]! << (i & 7));
  return bits;
}

/** Byte strings, each after its length. */
export function plainTexts(texts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const text of texts) length += 4 + text.length;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return bytes;
}

/** Places in a dictionary: the width, then runs. @param size entries of the dictionary */
export function dictionaryCodes(codes: Uint32Array, size: number): Uint8Array {
  const width = packedWidth(Math.max(size - 1, 0));
  const run = hybridRuns(codes, width);
  const bytes = new Uint8Array(1 + run.length);
  bytes[0] = width;
  bytes.set(run, 1);
  return bytes;
}

/** Smallest and largest value as PLAIN bytes, as far as they are known and told. */
export interface Extremes {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

/**
 * Extremes of numbers. Zeros are signed so that no reader skips one, NaN tells nothing.
 *
 * @see parquet.thrift, ColumnOrder
 */
export function numberExtremes(values: Float64Array, type: ColumnShape['type']): Extremes | null {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return null;
  const encode = type === 'number' ? plainDoubles : plainIntegers;
  const signed = type === 'number';
  return {
    min: encode(Float64Array.of(signed && min === 0 ? -0 : min)).slice(),
    max: encode(Float64Array.of(signed && max === 0 ? 0 : max)).slice(),
  };
}

/** Extremes of texts by their bytes; none where one is too long to be worth keeping. */
export function textExtremes(texts: readonly Uint8Array[]): Extremes | null {
  let min: Uint8Array | undefined;
  let max: Uint8Array | undefined;
  for (const text of texts) {
    if (min === undefined || Buffer.compare(text, min) < 0) min = text;
    if (max === undefined || Buffer.compare(text, max) > 0) max = text;
  }
  if (min === undefined || max === undefined || min.length > 64 || max.length > 64) return null;
  return { min, max };
}

/** Extremes of booleans. */
export function booleanExtremes(values: Uint8Array): Extremes | null {
  if (values.length === 0) return null;
  return { min: Uint8Array.of(values.includes(0) ? 0 : 1), max: Uint8Array.of(values.includes(1) ? 1 : 0) };
}
