import { takeNumber, takeText, takeBoolean, takeNull } from '../checks/schema.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
const MOST_DIGITS = 15;
const QUOTE = 0x22;
const MOST_UNDECLARED = 8;

/**
 * Reads the usual reading straight from bytes into the row: one flat object of declared members, texts plain ASCII.
 *
 * It takes only what `JsonParser` would take with the same values, and leaves the rest to it: escapes, other
 * scripts, nesting, anything wrong. So it needs no reasons, and the parser alone says what is refused and why.
 * After success `at` is behind the object.
 */
export class JsonScanner {
  readonly #row: Row;
  readonly #names: readonly Uint8Array[];
  /** By member: which one followed it last time. Devices keep their order. */
  readonly #followed: Int32Array;
  readonly #undeclared = new Int32Array(MOST_UNDECLARED * 2);
  at = 0;

  constructor(row: Row) {
    this.#row = row;
    this.#names = row.rules.memberBytes;
    this.#followed = Int32Array.from({ length: this.#names.length + 1 }, (_, i) => (i + 1) % this.#names.length);
    this.#followed[this.#names.length] = 0;
  }

  /** Scans the object that starts at `start`; false where it must be left to the parser. */
  scan(bytes: Buffer, start: number, end: number): boolean {
    const row = this.#row;
    const names = this.#names;
    const followed = this.#followed;
    const { limits, textLimit } = row.rules;
    row.reset();
    let at = space(bytes, start, end);
    if (at >= end || bytes[at] !== 0x7b) return false;
    at = space(bytes, at + 1, end);
    let before = names.length;
    let count = 0;
    if (at < end && bytes[at] === 0x7d) {
      this.at = at + 1;
      return true;
    }
    for (;;) {
      if (at >= end || bytes[at] !== QUOTE || ++count > limits.fields) return false;
      const opened = at++;
      let member = followed[before]!;
      const expected = names[member]!;
      const length = expected.length;
      let same = end - at > length && bytes[at + length] === QUOTE;
      for (let i = 0; same && i < length; i++) same = bytes[at + i] === expected[i];
      if (same) {
        at += length + 1;
      } else {
        const close = plainText(bytes, at, end);
        if (close === -1 || close - at > textLimit) return false;
        member = this.#find(bytes, at, close);
        if (member === -1) {
          if (!this.#noteUndeclared(bytes, at, close)) return false;
        } else {
          followed[before] = member;
        }
        at = close + 1;
      }
      if (member !== -1) {
        // A second one of a name is the parser's to refuse.
        if (row.cells[member] !== CELL.absent) return false;
        before = member;
      }
      at = space(bytes, at, end);
      if (at >= end || bytes[at] !== 0x3a) return false;
      at = this.#value(bytes, space(bytes, at + 1, end), end, member);
      if (at === -1) return false;
      if (member === -1 || row.cells[member] === CELL.withheld) row.leftOut += at - opened;
      at = space(bytes, at, end);
      if (at >= end) return false;
      const next = bytes[at]!;
      if (next === 0x7d) break;
      if (next !== 0x2c) return false;
      at = space(bytes, at + 1, end);
    }
    this.at = at + 1;
    return true;
  }

  /** Names of the members of the last object, scanned from `bytes`, that no field declares. */
  undeclared(bytes: Buffer): string[] {
    const seen = this.#undeclared;
    return Array.from({ length: this.#row.undeclared }, (_, i) =>
      bytes.toString('latin1', seen[i * 2], seen[i * 2 + 1]),
    );
  }

  /** Takes the scalar at `start` for a member, -1 for one that no field declares; returns the byte behind, or -1. */
  #value(bytes: Buffer, start: number, end: number, member: number): number {
    if (start >= end) return -1;
    const row = this.#row;
    const first = bytes[start]!;
    if (first === QUOTE) {
      const close = plainText(bytes, start + 1, end);
      if (close === -1 || close - start - 1 > row.rules.textLimit) return -1;
      if (member !== -1 && takeText(row, member, bytes.toString('latin1', start + 1, close)) !== 0) return -1;
      return close + 1;
    }
    if (first === 0x74) {
      if (!isWord(bytes, start, end, TRUE)) return -1;
      return member !== -1 && takeBoolean(row, member, true) !== 0 ? -1 : start + 4;
    }
    if (first === 0x66) {
      if (!isWord(bytes, start, end, FALSE)) return -1;
      return member !== -1 && takeBoolean(row, member, false) !== 0 ? -1 : start + 5;
    }
    if (first === 0x6e) {
      if (!isWord(bytes, start, end, NULL)) return -1;
      return member !== -1 && takeNull(row, member) !== 0 ? -1 : start + 4;
    }
    return this.#number(bytes, start, end, member);
  }

  #number(bytes: Buffer, start: number, end: number, member: number): number {
    let at = start;
    const negative = bytes[at] === 0x2d;
    if (negative) at++;
    const digits = at;
    let mantissa = 0;
    let digit = at < end ? bytes[at]! - 0x30 : -1;
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      at++;
      digit = at < end ? bytes[at]! - 0x30 : -1;
    }
    const whole = at - digits;
    if (whole === 0 || (whole > 1 && bytes[digits] === 0x30)) return -1;
    let places = 0;
    if (digit === -2) {
      // 0x2e, the point, less 0x30
      const point = ++at;
      digit = at < end ? bytes[at]! - 0x30 : -1;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        at++;
        digit = at < end ? bytes[at]! - 0x30 : -1;
      }
      places = at - point;
      if (places === 0) return -1;
    }
    let value: number;
    if (digit === 0x35 || digit === 0x15 || whole + places > MOST_DIGITS) {
      // An exponent, or more digits than a double holds for sure: the engine's own reading is the right one.
      at = exponentEnd(bytes, at, end);
      if (at === -1) return -1;
      value = Number(bytes.toString('latin1', start, at));
      const integer = places === 0 && at - digits === whole;
      if (!Number.isFinite(value) || (integer && !Number.isSafeInteger(value))) return -1;
    } else {
      // Both are exact, so the quotient is the double nearest to what is written (Clinger 1990).
      value = places === 0 ? mantissa : mantissa / POWERS[places]!;
      if (negative) value = -value;
    }
    return member !== -1 && takeNumber(this.#row, member, value) !== 0 ? -1 : at;
  }

  #find(bytes: Buffer, start: number, close: number): number {
    const names = this.#names;
    const length = close - start;
    for (let member = 0; member < names.length; member++) {
      const name = names[member]!;
      if (name.length === length && sameBytes(bytes, start, name)) return member;
    }
    return -1;
  }

  /** False where the parser must look: the name stood before, is `__proto__`, or there are too many to remember. */
  #noteUndeclared(bytes: Buffer, start: number, close: number): boolean {
    const nth = this.#row.undeclared;
    if (nth >= MOST_UNDECLARED || sameBytes(bytes, start, PROTO)) return false;
    const seen = this.#undeclared;
    for (let i = 0; i < nth; i++) {
      const from = seen[i * 2]!;
      if (seen[i * 2 + 1]! - from !== close - start) continue;
      let same = true;
      for (let j = 0; same && j < close - start; j++) same = bytes[from + j] === bytes[start + j];
      if (same) return false;
    }
    seen[nth * 2] = start;
    seen[nth * 2 + 1] = close;
    this.#row.undeclared = nth + 1;
    return true;
  }
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');
const PROTO = Buffer.from('__proto__"');

function space(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

/** The closing quote of a text of plain ASCII without escapes, or -1. */
function plainText(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    if (byte < 0x20 || byte >= 0x80 || byte === 0x5c) return -1;
  }
  return -1;
}

function isWord(bytes: Buffer, start: number, end: number, word: Uint8Array): boolean {
  return end - start >= word.length && sameBytes(bytes, start, word);
}

function sameBytes(bytes: Buffer, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

function exponentEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  if (at >= end || (bytes[at]! | 0x20) !== 0x65) return at;
  at++;
  if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
  const digits = at;
  while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at === digits ? -1 : at;
}
