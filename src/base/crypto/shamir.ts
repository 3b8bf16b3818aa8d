import type { Random } from '#base/core/index.ts';
import { CryptoError } from './errors.ts';
import { invertGf256, multiplyGf256 } from './gf256.ts';

/** One point of the polynomials: of `threshold` such points the secret is known, of fewer nothing is. */
export interface Share {
  /** 1 to 255; two shares of one secret never have the same. */
  readonly index: number;
  /** As long as the secret. */
  readonly data: Uint8Array;
}

/**
 * Splits a secret into shares, of which any `threshold` give it back.
 *
 * @param threshold 2 to `count`
 * @param count at most 255
 * @throws {RangeError} for other numbers or an empty secret
 * @see A. Shamir, How to share a secret, Communications of the ACM 22 (1979), over GF(256) byte by byte
 */
export function splitSecret(secret: Uint8Array, threshold: number, count: number, random: Random): readonly Share[] {
  if (!Number.isInteger(threshold) || !Number.isInteger(count) || threshold < 2 || threshold > count || count > 255) {
    throw new RangeError(`shares must be 2 to 255 and the threshold 2 to their number, not ${threshold} of ${count}`);
  }
  if (secret.length === 0) throw new RangeError('an empty secret cannot be split');
  // Highest coefficient first; the secret is the constant term.
  const coefficients = [...Array.from({ length: threshold - 1 }, () => random.bytes(secret.length)), secret];
  return Array.from({ length: count }, (_, at) => {
    const data = new Uint8Array(secret.length);
    for (const coefficient of coefficients) {
      for (let i = 0; i < data.length; i += 1) data[i] = multiplyGf256(data[i] ?? 0, at + 1) ^ (coefficient[i] ?? 0);
    }
    return { index: at + 1, data };
  });
}

/**
 * The secret that shares stand for. With too few or wrong shares this is a wrong secret: the caller checks it.
 *
 * @throws {CryptoError} CRYPTO_SHARES_INVALID if there are fewer than two, two with one index, or of different length
 */
export function combineShares(shares: readonly Share[]): Uint8Array {
  const length = shares[0]?.data.length ?? 0;
  const indexes = new Set(shares.map((share) => share.index));
  const sound = shares.every(
    ({ index, data }) => Number.isInteger(index) && index >= 1 && index <= 255 && data.length === length,
  );
  if (shares.length < 2 || indexes.size !== shares.length || !sound || length === 0) {
    throw new CryptoError('CRYPTO_SHARES_INVALID', 'Cannot combine shares: they do not belong together');
  }
  const secret = new Uint8Array(length);
  for (const { index, data } of shares) {
    // Lagrange's basis polynomial at 0; subtraction is exclusive or.
    let basis = 1;
    for (const other of indexes) {
      if (other !== index) basis = multiplyGf256(basis, multiplyGf256(other, invertGf256(other ^ index)));
    }
    for (let i = 0; i < length; i += 1) secret[i] = (secret[i] ?? 0) ^ multiplyGf256(data[i] ?? 0, basis);
  }
  return secret;
}
