import { encodeUtf8 } from '#base/core/index.ts';
import { CryptoError } from './errors.ts';
import { Ff1 } from './ff1.ts';
import { Ff1Words } from './ff1-words.ts';
import type { Halves } from './ff1-words.ts';
import type { TokenFormat } from './format-token-key.ts';
import { hkdfSha256 } from './hkdf.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const DIGITS = new Map(ALPHABET.split('').map((letter, digit) => [letter, digit]));
const STORED = /^t1-([a-z2-7]{16})$/;
const LEAST_INTEGER = 2 ** 52;
const MOST_INTEGER = 2 ** 53;
/** Of the 52 bits of an integer: six digits of four bits, then seven. */
const LAST_OF_INTEGER = 2 ** 28;

/**
 * How the tokens of one domain are shown under one version of its key: each stored token as another of the same form. It is
 * a permutation, so what is equal stays equal and nothing else becomes so, and it can be turned back.
 *
 * A text and an integer that are no stored tokens, such as an original from before a column held tokens, stay as they are.
 * @see NIST SP 800-38G
 */
export class ShownTokens {
  /** 2 or more: version 1 is what is stored. */
  readonly version: number;
  readonly #prefix: string;
  readonly #texts: Ff1Words;
  readonly #integers: Ff1Words;
  readonly #format: Ff1 | null;

  /**
   * @param raw the key, 32 bytes
   * @param format that the tokens of the domain keep; null where they keep none
   * @throws {CryptoError} CRYPTO_KEY_INVALID
   */
  constructor(raw: Uint8Array, version: number, domain: string, format: TokenFormat | null) {
    if (raw.length !== 32 || version < 2) {
      const why = version < 2 ? `version ${version} is what is stored` : `it has ${raw.length} bytes, not 32`;
      throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use key of shown tokens: ${why}`);
    }
    this.version = version;
    this.#prefix = `t${version}-`;
    this.#texts = new Ff1Words(hkdfSha256(raw, 'weir/token/shown/text/1', 32), 16, 5);
    this.#integers = new Ff1Words(hkdfSha256(raw, 'weir/token/shown/integer/1', 32), 13, 4);
    this.#format =
      format === null
        ? null
        : new Ff1(hkdfSha256(raw, 'weir/token/shown/format/1', 32), format.alphabet, encodeUtf8(domain));
  }

  /** Stored texts as they are shown, in their order. */
  texts(stored: readonly string[]): string[] {
    return this.#mapTexts(stored, STORED, this.#prefix, (halves) => this.#texts.encrypt(halves), 'encrypt');
  }

  /** Shown texts as they are stored; what is no token of this version stays as it is. */
  storedTexts(shown: readonly string[]): string[] {
    const form = new RegExp(`^${this.#prefix}([a-z2-7]{16})$`);
    return this.#mapTexts(shown, form, 't1-', (halves) => this.#texts.decrypt(halves), 'decrypt');
  }

  /** Stored integers as they are shown, in their order. */
  integers(stored: Float64Array): Float64Array {
    return mapIntegers(stored, (halves) => this.#integers.encrypt(halves));
  }

  /** Shown integers as they are stored. */
  storedIntegers(shown: Float64Array): Float64Array {
    return mapIntegers(shown, (halves) => this.#integers.decrypt(halves));
  }

  #mapTexts(
    texts: readonly string[],
    form: RegExp,
    prefix: string,
    permute: (halves: Halves) => Halves,
    way: 'encrypt' | 'decrypt',
  ): string[] {
    const words = texts.map((text) => form.exec(text)?.[1] ?? null);
    const meant = words.filter((word) => word !== null);
    const { first, last } = permute({
      first: Float64Array.from(meant, (word) => numberOf(word, 0)),
      last: Float64Array.from(meant, (word) => numberOf(word, 8)),
    });
    let next = 0;
    return words.map((word, i) => {
      if (word === null) return this.#keptFormat(texts[i]!, way);
      const at = next++;
      return prefix + lettersOf(first[at]!) + lettersOf(last[at]!);
    });
  }

  #keptFormat(text: string, way: 'encrypt' | 'decrypt'): string {
    if (this.#format === null) return text;
    try {
      return this.#format[way](text);
    } catch (error) {
      if (error instanceof CryptoError) return text;
      throw error;
    }
  }
}

function mapIntegers(values: Float64Array, permute: (halves: Halves) => Halves): Float64Array {
  const places: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= LEAST_INTEGER && value < MOST_INTEGER) places.push(i);
  }
  const codes = places.map((i) => values[i]! - LEAST_INTEGER);
  const { first, last } = permute({
    first: Float64Array.from(codes, (code) => Math.floor(code / LAST_OF_INTEGER)),
    last: Float64Array.from(codes, (code) => code % LAST_OF_INTEGER),
  });
  const mapped = Float64Array.from(values);
  for (const [at, i] of places.entries()) mapped[i] = LEAST_INTEGER + first[at]! * LAST_OF_INTEGER + last[at]!;
  return mapped;
}

/** Eight letters of five bits each. */
function numberOf(word: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at++) value = value * 32 + DIGITS.get(word[at]!)!;
  return value;
}

function lettersOf(value: number): string {
  let left = value;
  let letters = '';
  for (let i = 0; i < 8; i++) {
    letters = ALPHABET[left % 32]! + letters;
    left = Math.floor(left / 32);
  }
  return letters;
}
