import { concatBytes } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, CryptoError } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import type { CatalogueTransaction, SqlValue } from './ports.ts';

/** Seals what belongs to one row, bound to the row by associated data. */
export interface RowSealer {
  seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** @throws {CryptoError} CRYPTO_OPEN_FAILED if a bit of either differs */
  open(aad: Uint8Array, sealed: Uint8Array): Uint8Array;
  /** Hears of each table whose rows it seals, where it wants to seal them again one day. */
  serves?(table: ResealableTable): void;
}

/** A table whose rows can be sealed again as they are. */
export interface ResealableTable {
  readonly name: string;
  /**
   * Seals rows again that another version of the row key sealed than the current one. Damaged ones stay as they are.
   *
   * @param current version that seals
   * @param after key of the last row of the page before; null for the first page
   * @param limit rows of a page
   */
  resealPage(
    tx: CatalogueTransaction,
    current: number,
    after: readonly SqlValue[] | null,
    limit: number,
  ): Promise<ResealedPage>;
}

export interface ResealedPage {
  /** Rows that were sealed again. */
  readonly count: number;
  /** Key of the last row; null where there is no page after this. */
  readonly last: readonly SqlValue[] | null;
}

/** The bytes that rows begin with which a version of a row key sealed. */
export function rowHeader(version: number): Uint8Array {
  return Uint8Array.of(FORMAT, version);
}

const FORMAT = 1;
const HEADER = 2;
/** Random nonces of 96 bits under one key, after which a repetition is no longer out of the question. */
const MOST_ROWS = 2 ** 32;
/** Nonces drawn at once: one call of the random source serves many rows. */
const POOL_NONCES = 256;

/**
 * Seals rows with AES-256-GCM: format 1, key version, 12-byte random nonce, ciphertext, tag.
 *
 * The header is part of the associated data. Random nonces allow 2^32 rows per key version (NIST SP 800-38D
 * section 8.3).
 *
 * @param keys by version, 1 to 255
 * @param current version that seals; all open
 * @param limit rows that this sealer seals
 * @throws {RangeError} if there is no key of the current version
 */
export function makeRowSealer(
  keys: ReadonlyMap<number, AeadKey>,
  current: number,
  random: Random,
  limit = MOST_ROWS,
): RowSealer {
  const sealing = keys.get(current);
  if (sealing === undefined || current < 1 || current > 255) throw new RangeError(`there is no row key ${current}`);
  let pool = new Uint8Array(0);
  let used = 0;
  let count = 0;
  const nextNonce = (): Uint8Array => {
    if (count >= limit) {
      throw new CryptoError(
        'CRYPTO_NONCES_SPENT',
        `Cannot seal row: version ${current} of the row key was used ${limit} times`,
        {
          hint: 'Rotate the row key',
        },
      );
    }
    count += 1;
    if (used === pool.length) {
      pool = new Uint8Array(random.bytes(POOL_NONCES * AEAD_NONCE_LENGTH));
      used = 0;
    }
    return pool.subarray(used, (used += AEAD_NONCE_LENGTH));
  };
  return {
    seal(aad, plaintext) {
      const header = rowHeader(current);
      const nonce = nextNonce();
      return concatBytes([header, nonce, sealing.seal(nonce, concatBytes([header, aad]), plaintext)]);
    },
    open(aad, sealed) {
      const header = sealed.subarray(0, HEADER);
      const key = header[0] === FORMAT ? keys.get(header[1] ?? 0) : undefined;
      if (key === undefined || sealed.length < HEADER + AEAD_NONCE_LENGTH + AEAD_TAG_LENGTH) {
        throw new CryptoError('CRYPTO_OPEN_FAILED', 'Cannot open sealed bytes: they were not sealed so under this key');
      }
      const nonce = sealed.subarray(HEADER, HEADER + AEAD_NONCE_LENGTH);
      return key.open(nonce, concatBytes([header, aad]), sealed.subarray(HEADER + AEAD_NONCE_LENGTH));
    },
  };
}
