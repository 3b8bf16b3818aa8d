import { encodeUtf8 } from '#base/core/index.ts';
import { CryptoError } from './errors.ts';
import { Ff1, FF1_LEAST_VALUES, FF1_LONGEST, ff1Values } from './ff1.ts';
import { hkdfSha256 } from './hkdf.ts';
import type { TokenMaker } from './token-key.ts';

/** Which values a domain of tokens that keep their format takes: every text of an alphabet and of some lengths. */
export interface TokenFormat {
  /** Letters that a value is made of, each once; their order counts. */
  readonly alphabet: string;
  /** Fewest and most of them. */
  readonly length: readonly [least: number, most: number];
}

/**
 * The key of a domain whose tokens keep the format of their originals: a number of eight digits becomes another. Whoever
 * has the key can turn a token back, which no other token allows.
 *
 * The name of the domain is the tweak, so that two domains under one key have nothing in common either.
 * @see NIST SP 800-38G
 */
export class FormatTokenKey implements TokenMaker {
  readonly version: number;
  readonly form: string;
  readonly #ff1: Ff1;

  /** @param raw the key of the domain, 32 bytes or more @throws {CryptoError} CRYPTO_KEY_INVALID */
  constructor(raw: Uint8Array, version: number, domain: string, { alphabet }: TokenFormat) {
    if (raw.length < 32) {
      throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use token key: it has ${raw.length} bytes, not 32 or more`);
    }
    this.version = version;
    this.form = alphabet;
    // A key of its own: that of the domain also makes tokens of another form, where the template says so.
    this.#ff1 = new Ff1(hkdfSha256(raw, 'weir/token/ff1/1', 32), alphabet, encodeUtf8(domain));
  }

  /** @throws {CryptoError} CRYPTO_FORMAT_INVALID for a text that is not of the format */
  text(value: string): string {
    return this.#ff1.encrypt(value);
  }

  /** The original of a token. @throws {CryptoError} CRYPTO_FORMAT_INVALID */
  original(token: string): string {
    return this.#ff1.decrypt(token);
  }

  integer(): never {
    throw new TypeError('tokens that keep a format are texts');
  }
}

/** Why no domain can have a format, in words; null for one that it can have. */
export function tokenFormatProblem({ alphabet, length: [least, most] }: TokenFormat): string | null {
  if (new Set(alphabet.split('')).size !== alphabet.length) return 'a letter of the alphabet stands twice in it';
  if (alphabet.length < 2 || alphabet.length > 256) return 'an alphabet has 2 to 256 letters';
  if (least > most) return `the least length ${least} is above the greatest, ${most}`;
  if (most > FF1_LONGEST) return `values have at most ${FF1_LONGEST} letters`;
  const values = ff1Values(alphabet.length, least);
  if (least >= 2 && values >= FF1_LEAST_VALUES) return null;
  return `there are ${values} values of length ${least}, which can all be tried; FF1 needs ${FF1_LEAST_VALUES} or more`;
}
