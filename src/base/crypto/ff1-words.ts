import { createCipheriv } from 'node:crypto';
import type { Cipheriv } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';

const BLOCK = 16;
const ROUNDS = 10;
/** Words that one call of the cipher takes. */
const AT_ONCE = 4_096;
/** Bits of a half at most, so that a sum of two is exact in a double. */
const MOST_BITS = 48;

/** Words of one length: halves side by side, the first and the last digits of each as a number. */
export interface Halves {
  readonly first: Float64Array;
  readonly last: Float64Array;
}

/**
 * FF1 of NIST SP 800-38G for words whose digits are of some bits each, without a tweak and many at once: what is done to
 * one word in a round is done to all, so that the block cipher takes thousands of blocks in one call. It gives what `Ff1`
 * gives over an alphabet of as many letters.
 *
 * @see NIST SP 800-38G, algorithms 7 and 8
 */
export class Ff1Words {
  readonly #aes: Cipheriv;
  /** AES of P, with which each round's block is mixed. */
  readonly #start: Uint8Array;
  /** Bytes of a half and of the number that a round adds. */
  readonly #b: number;
  readonly #d: number;
  readonly #modulus: readonly [even: number, odd: number];

  /**
   * @param key 32 bytes
   * @param digits of a word, 2 to 64
   * @param bits of a digit, 1 to 8
   * @throws {CryptoError} CRYPTO_KEY_INVALID @throws {RangeError} where a half has more than 48 bits
   */
  constructor(key: Uint8Array, digits: number, bits: number) {
    if (key.length !== 32) {
      throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use FF1 key: it has ${key.length} bytes, not 32`);
    }
    const u = Math.floor(digits / 2);
    const v = digits - u;
    if (u < 1 || v * bits > MOST_BITS) throw new RangeError('FF1 takes words of which a half has at most 48 bits');
    // One block a word and never two of one message: ECB here is the bare block cipher, as the standard asks.
    this.#aes = createCipheriv(ALGORITHMS['ff1-aes-256'].library, key, null).setAutoPadding(false);
    this.#b = Math.ceil((v * bits) / 8);
    this.#d = 4 * Math.ceil(this.#b / 4) + 4;
    this.#modulus = [2 ** (u * bits), 2 ** (v * bits)];
    const p = Buffer.alloc(BLOCK);
    p.set([1, 2, 1]);
    p.writeUIntBE(2 ** bits, 3, 3);
    p.set([10, u % 256], 6);
    p.writeUInt32BE(digits, 8);
    this.#start = this.#aes.update(p);
  }

  encrypt({ first, last }: Halves): Halves {
    let [a, b] = [Float64Array.from(first), Float64Array.from(last)];
    for (let round = 0; round < ROUNDS; round++) {
      const modulus = this.#modulus[(round % 2) as 0 | 1];
      this.#eachRoundValue(round, b, (y, i) => (a[i] = (a[i]! + (y % modulus)) % modulus));
      [a, b] = [b, a];
    }
    return { first: a, last: b };
  }

  decrypt({ first, last }: Halves): Halves {
    let [a, b] = [Float64Array.from(first), Float64Array.from(last)];
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const modulus = this.#modulus[(round % 2) as 0 | 1];
      this.#eachRoundValue(round, a, (y, i) => (b[i] = (b[i]! - (y % modulus) + modulus) % modulus));
      [a, b] = [b, a];
    }
    return { first: a, last: b };
  }

  /** Steps 6.i to 6.iv for all words: their last 48 bits, which is more than any half has. */
  #eachRoundValue(round: number, half: Float64Array, take: (y: number, index: number) => void): void {
    const [b, d] = [this.#b, this.#d];
    for (let from = 0; from < half.length; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, half.length - from);
      const blocks = Buffer.alloc(count * BLOCK);
      for (let i = 0; i < count; i++) {
        const at = i * BLOCK;
        blocks[at + BLOCK - b - 1] = round;
        blocks.writeUIntBE(half[from + i]!, at + BLOCK - b, b);
        for (let j = 0; j < BLOCK; j++) blocks[at + j]! ^= this.#start[j]!;
      }
      const sealed = this.#aes.update(blocks);
      for (let i = 0; i < count; i++) take(sealed.readUIntBE(i * BLOCK + d - 6, 6), from + i);
    }
  }
}
