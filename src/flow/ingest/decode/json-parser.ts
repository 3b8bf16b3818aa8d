import { isUtf8 } from 'node:buffer';
import { REASON } from '../reasons.ts';

/** A decoded value: objects are maps, so that no name from outside can reach a prototype. */
export type Decoded = null | boolean | number | string | readonly Decoded[] | DecodedObject;
export type DecodedObject = ReadonlyMap<string, Decoded>;

export interface DecodeLimits {
  readonly depth: number;
  readonly fields: number;
  readonly textLength: number;
  /** Readings of one message; see `mostObjects`. */
  readonly batchReadings: number;
}

/** Records of a SenML pack that make one reading, about; and what a message may have whatever the limit is. */
const OBJECTS = { ofReading: 32, least: 4_096 };

/**
 * Arrays, objects and byte strings in one message. Each takes a hundred bytes of memory and more, and one byte on the
 * wire or, packed, none: without a bound a small request could ask for all the memory there is.
 */
export function mostObjects({ batchReadings }: DecodeLimits): number {
  return OBJECTS.least + batchReadings * OBJECTS.ofReading;
}

const FAILED = Symbol('failed');
type Maybe = Decoded | typeof FAILED;

/**
 * A strict JSON parser over bytes, the judge of what decodes: RFC 8259 with UTF-8 only, and a reason of its own for
 * duplicate members, `__proto__`, depth, member count, long texts, integers past 2^53-1 and numbers past a double.
 *
 * After a failure `reason` and `at` tell what and where.
 */
export class JsonParser {
  readonly #limits: DecodeLimits;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  /** Arrays and objects that may still come. */
  #left = 0;
  /** Byte behind what was parsed, or where parsing failed. */
  at = 0;
  /** Reason number of the last failure. */
  reason = 0;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  /** The one value that the bytes are, white space around it allowed; undefined where they are none. */
  parse(bytes: Buffer, start = 0, end = bytes.length): Decoded | undefined {
    const value = this.parseNext(bytes, start, end);
    if (value === undefined) return undefined;
    if (this.at === end) return value;
    this.reason = REASON.decode.number;
    return undefined;
  }

  /** The value at the start of the bytes; `at` is then behind it and the white space that follows. */
  parseNext(bytes: Buffer, start: number, end: number): Decoded | undefined {
    this.#bytes = bytes;
    this.#end = end;
    this.at = start;
    this.reason = 0;
    this.#left = mostObjects(this.#limits);
    this.#space();
    const value = this.#value(0);
    if (value === FAILED) return undefined;
    this.#space();
    return value;
  }

  /** Whether nothing but white space follows from `at` on. */
  atEndAfter(bytes: Buffer, at: number): boolean {
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.at = at;
    this.#space();
    return this.at === bytes.length;
  }

  #value(depth: number): Maybe {
    const byte = this.#peek();
    if (byte === 0x22) return this.#string();
    if (byte === 0x7b || byte === 0x5b) {
      if (depth >= this.#limits.depth) return this.#fail(REASON.tooDeep.number);
      if (--this.#left < 0) return this.#fail(REASON.tooManyReadings.number);
      return byte === 0x7b ? this.#object(depth) : this.#array(depth);
    }
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return this.#number();
    if (this.#word('true')) return true;
    if (this.#word('false')) return false;
    if (this.#word('null')) return null;
    return this.#fail(this.#word('NaN') ? REASON.notFinite.number : REASON.decode.number);
  }

  #object(depth: number): Maybe {
    const members = new Map<string, Decoded>();
    this.at++;
    this.#space();
    if (this.#take(0x7d)) return members;
    for (;;) {
      const start = this.at;
      if (this.#peek() !== 0x22) return this.#fail(REASON.decode.number);
      const name = this.#string();
      if (name === FAILED) return FAILED;
      if (members.has(name)) return this.#fail(REASON.duplicateKey.number, start);
      if (name === '__proto__') return this.#fail(REASON.protoKey.number, start);
      if (members.size >= this.#limits.fields) return this.#fail(REASON.tooManyFields.number, start);
      this.#space();
      if (!this.#take(0x3a)) return this.#fail(REASON.decode.number);
      this.#space();
      const value = this.#value(depth + 1);
      if (value === FAILED) return FAILED;
      members.set(name, value);
      this.#space();
      if (this.#take(0x7d)) return members;
      if (!this.#take(0x2c)) return this.#fail(REASON.decode.number);
      this.#space();
    }
  }

  #array(depth: number): Maybe {
    const items: Decoded[] = [];
    this.at++;
    this.#space();
    if (this.#take(0x5d)) return items;
    for (;;) {
      const value = this.#value(depth + 1);
      if (value === FAILED) return FAILED;
      items.push(value);
      this.#space();
      if (this.#take(0x5d)) return items;
      if (!this.#take(0x2c)) return this.#fail(REASON.decode.number);
      this.#space();
    }
  }

  #string(): string | typeof FAILED {
    const bytes = this.#bytes;
    const start = this.at;
    let at = start + 1;
    let [escaped, wide] = [false, false];
    for (; ; at++) {
      if (at >= this.#end) return this.#fail(REASON.decode.number, at);
      const byte = bytes[at]!;
      if (byte === 0x22) break;
      if (byte < 0x20) return this.#fail(REASON.decode.number, at);
      if (byte >= 0x80) wide = true;
      if (byte === 0x5c) {
        escaped = true;
        at++;
      }
    }
    this.at = at + 1;
    if (wide && !isUtf8(bytes.subarray(start, at))) return this.#fail(REASON.badUtf8.number, start);
    let text: string;
    if (escaped) {
      // JSON.parse knows the escapes; it is given one string literal and nothing else.
      try {
        text = JSON.parse(bytes.toString('utf8', start, at + 1)) as string;
      } catch {
        return this.#fail(REASON.decode.number, start);
      }
      if (!text.isWellFormed()) return this.#fail(REASON.badUtf8.number, start);
    } else {
      text = wide ? bytes.toString('utf8', start + 1, at) : bytes.toString('latin1', start + 1, at);
    }
    return text.length > this.#limits.textLength ? this.#fail(REASON.tooLong.number, start) : text;
  }

  #number(): Maybe {
    const start = this.at;
    if (this.#peek() === 0x2d) this.at++;
    if (this.#peek() === 0x49) return this.#fail(REASON.notFinite.number, start);
    const zero = this.#peek() === 0x30;
    const whole = this.#digits();
    if (whole === 0 || (zero && whole > 1)) return this.#fail(REASON.decode.number, start);
    let integer = true;
    if (this.#take(0x2e)) {
      integer = false;
      if (this.#digits() === 0) return this.#fail(REASON.decode.number);
    }
    if (this.#peek() === 0x65 || this.#peek() === 0x45) {
      integer = false;
      this.at++;
      if (this.#peek() === 0x2b || this.#peek() === 0x2d) this.at++;
      if (this.#digits() === 0) return this.#fail(REASON.decode.number);
    }
    const value = Number(this.#bytes.toString('latin1', start, this.at));
    if (!Number.isFinite(value)) return this.#fail(REASON.numberOverflow.number, start);
    if (integer && !Number.isSafeInteger(value)) return this.#fail(REASON.integerOverflow.number, start);
    return value;
  }

  #digits(): number {
    const start = this.at;
    while (this.at < this.#end && this.#bytes[this.at]! >= 0x30 && this.#bytes[this.at]! <= 0x39) this.at++;
    return this.at - start;
  }

  #space(): void {
    for (; this.at < this.#end; this.at++) {
      const byte = this.#bytes[this.at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
    }
  }

  /** The byte at the place reached, or -1 at the end. */
  #peek(): number {
    return this.at < this.#end ? this.#bytes[this.at]! : -1;
  }

  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.at++;
    return true;
  }

  #word(word: string): boolean {
    if (this.#end - this.at < word.length) return false;
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.at + i] !== word.charCodeAt(i)) return false;
    this.at += word.length;
    return true;
  }

  #fail(reason: number, at = this.at): typeof FAILED {
    this.reason = reason;
    this.at = at;
    return FAILED;
  }
}
