import { createCipheriv } from 'node:crypto';
import type { Cipheriv } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';

const AES_ECB_BY_SIZE: Readonly<Record<number, string>> = {
  16: 'aes-128-ecb',
  24: 'aes-192-ecb',
  32: ALGORITHMS['ff1-aes-256'].library,
};
const BLOCK = 16;
const ROUNDS = 10;
/** SP 800-38G Rev. 1 section 5: with fewer values than this each can be found by trying. */
export const FF1_LEAST_VALUES = 1_000_000;
/** Characters of a value; the standard takes more, and no identifier has them. */
export const FF1_LONGEST = 128;

/** How many values there are of a length; as a bigint, for it passes 2^53 soon. */
export function ff1Values(radix: number, length: number): bigint {
  return BigInt(radix) ** BigInt(length);
}

/**
 * Format-preserving encryption FF1 with AES: a text of an alphabet becomes another of the same alphabet and length, and
 * back. Deterministic: equal texts stay equal.
 *
 * Not constant in time: it runs on values that whoever measures it has sent.
 * @see NIST SP 800-38G, algorithms 7 and 8; Rev. 1 for the least number of values
 */
export class Ff1 {
  readonly #aes: Cipheriv;
  readonly #alphabet: string;
  readonly #radix: number;
  readonly #digits: ReadonlyMap<string, number>;
  readonly #tweak: Uint8Array;
  readonly #lengths = new Map<number, Shape>();

  /**
   * @param key 16, 24 or 32 bytes; Weir makes 32
   * @param alphabet 2 to 256 UTF-16 code units, each once; the order counts
   * @param tweak what a result is bound to besides the key, at most 255 bytes
   * @throws {CryptoError} CRYPTO_KEY_INVALID @throws {RangeError} for an alphabet that is none
   */
  constructor(key: Uint8Array, alphabet: string, tweak: Uint8Array) {
    const name = AES_ECB_BY_SIZE[key.length];
    if (name === undefined) {
      throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use FF1 key: it has ${key.length} bytes, not 16, 24 or 32`);
    }
    this.#digits = new Map([...alphabet.split('').entries()].map(([digit, letter]) => [letter, digit]));
    if (alphabet.length < 2 || alphabet.length > 256 || this.#digits.size !== alphabet.length || tweak.length > 255)
      throw new RangeError('FF1 takes an alphabet of 2 to 256 letters, each once, and a tweak of at most 255 bytes');
    // One block at a time and never two of one message: ECB here is the bare block cipher, as the standard asks.
    this.#aes = createCipheriv(name, key, null).setAutoPadding(false);
    this.#alphabet = alphabet;
    this.#radix = alphabet.length;
    this.#tweak = tweak;
  }

  /** @throws {CryptoError} CRYPTO_FORMAT_INVALID for a text that it does not take */
  encrypt(text: string): string {
    const shape = this.#shapeOf(text);
    let [a, b] = this.#split(text, shape);
    for (let round = 0; round < ROUNDS; round++) {
      const c = (a + this.#roundValue(shape, round, b)) % (round % 2 === 0 ? shape.modU : shape.modV);
      a = b;
      b = c;
    }
    return this.#joined(a, b, shape);
  }

  /** @throws {CryptoError} CRYPTO_FORMAT_INVALID */
  decrypt(text: string): string {
    const shape = this.#shapeOf(text);
    let [a, b] = this.#split(text, shape);
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const modulus = round % 2 === 0 ? shape.modU : shape.modV;
      const c = (b - (this.#roundValue(shape, round, a) % modulus) + modulus) % modulus;
      b = a;
      a = c;
    }
    return this.#joined(a, b, shape);
  }

  #shapeOf(text: string): Shape {
    const { length } = text;
    let shape = this.#lengths.get(length);
    if (shape !== undefined) return shape;
    if (length < 2 || length > FF1_LONGEST || ff1Values(this.#radix, length) < FF1_LEAST_VALUES) {
      throw invalid(`it has ${length} characters, and there are too few values of that length or it is too long`);
    }
    shape = this.#makeShape(length);
    this.#lengths.set(length, shape);
    return shape;
  }

  /** Steps 1 and 3 to 5, which depend on the length alone, and the first blocks of Q. */
  #makeShape(n: number): Shape {
    const u = Math.floor(n / 2);
    const v = n - u;
    const [modU, modV] = [ff1Values(this.#radix, u), ff1Values(this.#radix, v)];
    const b = Math.ceil((modV - 1n).toString(2).length / 8);
    const d = 4 * Math.ceil(b / 4) + 4;
    const t = this.#tweak.length;
    const p = Buffer.alloc(BLOCK);
    p.set([1, 2, 1]);
    p.writeUIntBE(this.#radix, 3, 3);
    p.set([10, u % 256], 6);
    p.writeUInt32BE(n, 8);
    p.writeUInt32BE(t, 12);
    const q = Buffer.alloc(BLOCK * Math.ceil((t + 1 + b) / BLOCK));
    q.set(this.#tweak);
    // What of Q is the same in every round is worked in once.
    const fixed = Math.floor((q.length - b - 1) / BLOCK) * BLOCK;
    const start = this.#macBlocks(this.#block(p), q.subarray(0, fixed));
    return { u, v, modU, modV, b, d, start, rest: q.subarray(fixed) };
  }

  /** Steps 6.i to 6.iv: the number that a round adds. */
  #roundValue({ b, d, start, rest }: Shape, round: number, half: bigint): bigint {
    rest[rest.length - b - 1] = round;
    let left = half;
    for (let at = rest.length - 1; at >= rest.length - b; at--) {
      rest[at] = Number(left & 255n);
      left >>= 8n;
    }
    const r = this.#macBlocks(start, rest);
    if (d <= BLOCK) return numberOf(r, d);
    const s = Buffer.alloc(Math.ceil(d / BLOCK) * BLOCK);
    s.set(r);
    for (let j = 1; j * BLOCK < d; j++) {
      const block = Buffer.from(r);
      block.writeUInt32BE((block.readUInt32BE(12) ^ j) >>> 0, 12);
      s.set(this.#block(block), j * BLOCK);
    }
    return numberOf(s, d);
  }

  /** CBC-MAC goes on from a block. */
  #macBlocks(from: Buffer, data: Uint8Array): Buffer {
    let state = from;
    for (let at = 0; at < data.length; at += BLOCK) {
      const next = Buffer.allocUnsafe(BLOCK);
      for (let i = 0; i < BLOCK; i++) next[i] = state[i]! ^ data[at + i]!;
      state = this.#block(next);
    }
    return state;
  }

  #block(bytes: Uint8Array): Buffer {
    return this.#aes.update(bytes);
  }

  #split(text: string, { u }: Shape): [bigint, bigint] {
    return [this.#number(text, 0, u), this.#number(text, u, text.length)];
  }

  #number(text: string, from: number, to: number): bigint {
    const radix = BigInt(this.#radix);
    let value = 0n;
    for (let at = from; at < to; at++) {
      const digit = this.#digits.get(text[at]!);
      if (digit === undefined) throw invalid(`character ${at + 1} is not of its alphabet`);
      value = value * radix + BigInt(digit);
    }
    return value;
  }

  #joined(a: bigint, b: bigint, { u, v }: Shape): string {
    return this.#letters(a, u) + this.#letters(b, v);
  }

  #letters(value: bigint, length: number): string {
    const radix = BigInt(this.#radix);
    let left = value;
    let text = '';
    for (let i = 0; i < length; i++) {
      text = this.#alphabet[Number(left % radix)]! + text;
      left /= radix;
    }
    return text;
  }
}

/** What the length of a text settles. */
interface Shape {
  readonly u: number;
  readonly v: number;
  readonly modU: bigint;
  readonly modV: bigint;
  /** Bytes of a half, and of the number that a round adds. */
  readonly b: number;
  readonly d: number;
  readonly start: Buffer;
  /** The last blocks of Q, written anew in each round. */
  readonly rest: Buffer;
}

function numberOf(bytes: Buffer, length: number): bigint {
  return BigInt(`0x${bytes.toString('hex', 0, length)}`);
}

function invalid(why: string): CryptoError {
  return new CryptoError('CRYPTO_FORMAT_INVALID', `Cannot keep the format of a value: ${why}`);
}
