import { formatMicros, micros } from '#base/core/index.ts';

/**
 * Writes the text of one value of a column into a buffer, as JSON has it, and tells where the next one begins.
 *
 * @param at where to write; there is room for `widest` bytes
 */
export interface ValueWriter {
  /** Bytes that it writes at most. */
  readonly widest: number;
  readonly write: (out: Uint8Array, at: number, row: number) => number;
}

const QUOTE = 0x22;
const DOT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;
const NULL = asciiOf('null');
const TRUE = asciiOf('"true"');
const FALSE = asciiOf('"false"');

/** The longest that a number is written: `"-2.2250738585072014e-308"`, with room. */
const WIDEST_NUMBER = 32;
/** `"2026-01-01T00:00:00.000001Z"`, with room. */
const WIDEST_TIME = 32;

const DAY = 86_400_000_000;
const POWERS = Float64Array.from({ length: 16 }, (_, places) => 10 ** places);
/** So many digits at most a decimal has that no other one of as many is read as the same number. @see IEEE 754, DBL_DIG */
const FIRST_INEXACT = 1e15;
/** Below it ECMAScript writes numbers with an exponent. */
const LEAST_PLAIN = 1e-6;
/** Values after which it shows whether decimals are what a column holds. */
const TRIAL = 256;

/** Nulls as `null`, and all else as another writer has it. */
export function orNull({ widest, write }: ValueWriter, nulls: Uint8Array): ValueWriter {
  return {
    widest: Math.max(widest, NULL.length),
    write: (out, at, row) => (nulls[row] === 1 ? put(out, at, NULL) : write(out, at, row)),
  };
}

/** Texts by dictionary, as JSON strings; a code beyond it is an empty text. */
export function textWriter(codes: Uint32Array, dictionary: readonly string[]): ValueWriter {
  const quoted = dictionary.map((text) => Buffer.from(JSON.stringify(text.toWellFormed()), 'utf8'));
  const empty = asciiOf('""');
  return {
    widest: quoted.reduce((most, { length }) => Math.max(most, length), empty.length),
    write: (out, at, row) => put(out, at, quoted[codes[row] ?? 0] ?? empty),
  };
}

export function booleanWriter(values: Uint8Array): ValueWriter {
  return { widest: FALSE.length, write: (out, at, row) => put(out, at, values[row] === 1 ? TRUE : FALSE) };
}

/** Whole numbers within ±(2^53−1). */
export function integerWriter(values: Float64Array): ValueWriter {
  return {
    widest: WIDEST_NUMBER,
    write: (out, start, row) => {
      const value = values[row]!;
      out[start] = QUOTE;
      const end = putDecimal(out, start + 1, Math.abs(value), 0, value < 0);
      out[end] = QUOTE;
      return end + 1;
    },
  };
}

/**
 * Numbers as ECMAScript writes them. What a decimal of up to 15 digits is read as is written as that decimal, which is the
 * shortest text of it then: no other one as short is the same number. All else the engine writes.
 *
 * @see ECMAScript, Number::toString
 */
export function numberWriter(values: Float64Array): ValueWriter {
  let places = 0;
  let [tried, failed] = [0, 0];
  return {
    widest: WIDEST_NUMBER,
    write: (out, start, row) => {
      const value = values[row]!;
      const size = Math.abs(value);
      const isPlain = size < FIRST_INEXACT && (size >= LEAST_PLAIN || size === 0);
      if (!isPlain || (tried >= TRIAL && failed > tried / 2)) return putText(out, start, String(value));
      tried += 1;
      let digits = Math.round(size * POWERS[places]!);
      let used = places;
      if (digits / POWERS[places]! !== size || digits >= FIRST_INEXACT) {
        used = placesOf(size);
        if (used < 0) {
          failed += 1;
          return putText(out, start, String(value));
        }
        places = Math.max(places, used);
        digits = Math.round(size * POWERS[used]!);
      }
      for (; used > 0; used -= 1) {
        const shorter = Math.floor(digits / 10);
        if (shorter * 10 !== digits) break;
        digits = shorter;
      }
      out[start] = QUOTE;
      const end = putDecimal(out, start + 1, digits, used, value < 0);
      out[end] = QUOTE;
      return end + 1;
    },
  };
}

/**
 * Times as RFC 3339 in UTC, as `formatMicros` writes them.
 *
 * @throws {CoreError} CORE_TIME_INVALID outside the years 0000 to 9999
 */
export function timeWriter(values: Float64Array): ValueWriter {
  let day = NaN;
  let date: Uint8Array = new Uint8Array();
  return {
    widest: WIDEST_TIME,
    write: (out, start, row) => {
      const time = values[row]!;
      const whichDay = Math.floor(time / DAY);
      if (whichDay !== day) {
        // With the `T`; a year that cannot be written throws.
        date = asciiOf(formatMicros(micros(whichDay * DAY)).slice(0, 11));
        day = whichDay;
      }
      out[start] = QUOTE;
      let at = put(out, start + 1, date);
      const within = time - whichDay * DAY;
      const seconds = Math.floor(within / 1_000_000) | 0;
      const fraction = (within - seconds * 1_000_000) | 0;
      const minutes = (seconds / 60) | 0;
      const hours = (minutes / 60) | 0;
      at = putPair(out, at, hours);
      out[at] = 0x3a;
      at = putPair(out, at + 1, minutes - hours * 60);
      out[at] = 0x3a;
      at = putPair(out, at + 1, seconds - minutes * 60);
      if (fraction !== 0) {
        out[at] = DOT;
        at = putPair(out, at + 1, (fraction / 10_000) | 0);
        at = putPair(out, at, ((fraction / 100) | 0) % 100);
        at = putPair(out, at, fraction % 100);
      }
      out[at] = 0x5a;
      out[at + 1] = QUOTE;
      return at + 2;
    },
  };
}

/** The decimals that a number has at least; -1 where a decimal of up to 15 digits is not it. */
function placesOf(size: number): number {
  for (let places = 0; places < POWERS.length; places += 1) {
    const power = POWERS[places]!;
    const digits = Math.round(size * power);
    if (digits >= FIRST_INEXACT) return -1;
    if (digits / power === size) return places;
  }
  return -1;
}

/** Writes whole digits with a point before the last so many of them. @param digits below 2^53 */
function putDecimal(out: Uint8Array, start: number, digits: number, places: number, isNegative: boolean): number {
  let at = start;
  if (isNegative && digits > 0) out[at++] = MINUS;
  let count = places + 1;
  while (count < POWERS.length && digits >= POWERS[count]!) count += 1;
  const end = at + count + (places > 0 ? 1 : 0);
  let place = end;
  let left = digits;
  for (let written = 0; written < count; written += 1) {
    if (written === places && places > 0) out[--place] = DOT;
    // As 32-bit numbers once they fit: those are divided without floating point.
    const rest = left < 2_147_483_648 ? ((left | 0) / 10) | 0 : Math.floor(left / 10);
    out[--place] = ZERO + (left - rest * 10);
    left = rest;
  }
  return end;
}

/** Writes a number below 100 in two digits. */
function putPair(out: Uint8Array, at: number, pair: number): number {
  const tens = (pair / 10) | 0;
  out[at] = ZERO + tens;
  out[at + 1] = ZERO + (pair - tens * 10);
  return at + 2;
}

/** Writes ASCII between quotes. */
function putText(out: Uint8Array, start: number, text: string): number {
  out[start] = QUOTE;
  let at = start + 1;
  for (let i = 0; i < text.length; i += 1) out[at++] = text.charCodeAt(i);
  out[at] = QUOTE;
  return at + 1;
}

function put(out: Uint8Array, start: number, bytes: Uint8Array): number {
  let at = start;
  for (let i = 0; i < bytes.length; i += 1) out[at++] = bytes[i]!;
  return at;
}

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
