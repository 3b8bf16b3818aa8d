import { isUtf8 } from 'node:buffer';
import { REASON } from '../reasons.ts';
import { mostObjects } from './json-parser.ts';
import type { DecodeLimits } from './json-parser.ts';

/** What is wrong with a payload, and at which byte; `reason` 0 for nothing. */
export interface CborFault {
  readonly reason: number;
  readonly at: number;
}

const DECODE = REASON.decode.number;
/** Major types: those from arrays on, and byte strings, become objects. */
const [BYTES, ARRAY] = [2, 4];

/**
 * Walks over one CBOR item without decoding it: depth, counts, lengths and numbers are bounded, texts are UTF-8, and
 * there are not too many things that take an object each, before a decoder allocates for them. Only definite lengths, no tags, no `undefined` and no other simple values.
 *
 * @param intKeys whether maps have integer keys too, as SenML's do
 * @see RFC 8949
 */
export function checkCbor(bytes: Buffer, limits: DecodeLimits, intKeys = false): CborFault {
  const walk = new CborWalk(bytes, limits, intKeys);
  walk.item(0);
  if (walk.reason === 0 && walk.at !== bytes.length) walk.fail(DECODE);
  return { reason: walk.reason, at: walk.at };
}

class CborWalk {
  readonly #bytes: Buffer;
  readonly #limits: DecodeLimits;
  readonly #intKeys: boolean;
  /** Arrays, maps and byte strings that may still come. */
  #left: number;
  at = 0;
  reason = 0;

  constructor(bytes: Buffer, limits: DecodeLimits, intKeys: boolean) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#intKeys = intKeys;
    this.#left = mostObjects(limits);
  }

  fail(reason: number): void {
    this.reason = reason;
  }

  item(depth: number): void {
    const initial = this.#bytes[this.at];
    if (initial === undefined) return this.fail(DECODE);
    const major = initial >> 5;
    const info = initial & 31;
    if (major === 7) return this.#simple(info);
    const argument = this.#argument(info, major);
    if (this.reason !== 0) return;
    if ((major === BYTES || major >= ARRAY) && --this.#left < 0) return this.fail(REASON.tooManyReadings.number);
    switch (major) {
      case 0:
      case 1:
        return;
      case 2:
        return this.#skip(argument);
      case 3:
        return this.#text(argument);
      case 4:
        return this.#items(argument, depth, false);
      case 5:
        return argument > this.#limits.fields
          ? this.fail(REASON.tooManyFields.number)
          : this.#items(argument * 2, depth, true);
      default:
        return this.fail(DECODE);
    }
  }

  /** The number behind the initial byte; past 2^53-1 it is refused, as a value and all the more as a length. */
  #argument(info: number, major: number): number {
    if (info < 24) {
      this.at++;
      return info;
    }
    const width = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
    if (width === 0 || this.#bytes.length - this.at <= width) {
      this.fail(DECODE);
      return 0;
    }
    const start = this.at + 1;
    this.at = start + width;
    if (width < 8) return this.#bytes.readUIntBE(start, width);
    const value = this.#bytes.readUInt32BE(start) * 0x1_0000_0000 + this.#bytes.readUInt32BE(start + 4);
    const most = major === 1 ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER;
    if (value > most) this.fail(major <= 1 ? REASON.integerOverflow.number : DECODE);
    return value;
  }

  #simple(info: number): void {
    const start = this.at + 1;
    if (info >= 20 && info <= 22) {
      this.at = start;
      return;
    }
    const width = info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
    if (width === 0 || this.#bytes.length - start < width) return this.fail(DECODE);
    // The exponent's bits all set mean NaN or infinite, in each width.
    const head = this.#bytes.readUInt16BE(start);
    const mask = width === 2 ? 0x7c00 : width === 4 ? 0x7f80 : 0x7ff0;
    if ((head & mask) === mask) return this.fail(REASON.notFinite.number);
    this.at = start + width;
  }

  #text(length: number): void {
    const start = this.at;
    this.#skip(length);
    if (this.reason !== 0) return;
    const text = this.#bytes.subarray(start, this.at);
    if (!isUtf8(text)) return this.fail(REASON.badUtf8.number);
    // A code unit takes at most three bytes, so shorter ones need no counting.
    if (length > this.#limits.textLength && text.toString('utf8').length > this.#limits.textLength) {
      this.fail(REASON.tooLong.number);
    }
  }

  #items(count: number, depth: number, map: boolean): void {
    if (depth >= this.#limits.depth) return this.fail(REASON.tooDeep.number);
    // Each item has a byte at least, so a length that lies asks for no work.
    if (count > this.#bytes.length - this.at) return this.fail(DECODE);
    for (let i = 0; i < count && this.reason === 0; i++) {
      if (map && i % 2 === 0) this.#key(depth);
      else this.item(depth + 1);
    }
  }

  #key(depth: number): void {
    const start = this.at;
    const major = (this.#bytes[start] ?? 0xff) >> 5;
    if (major !== 3 && !(this.#intKeys && major <= 1)) return this.fail(DECODE);
    this.item(depth + 1);
    if (
      this.reason === 0 &&
      this.#bytes.toString('utf8', this.at - 9, this.at) === '__proto__' &&
      this.at - start === 10
    ) {
      this.fail(REASON.protoKey.number);
    }
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.at) this.fail(DECODE);
    else this.at += length;
  }
}
