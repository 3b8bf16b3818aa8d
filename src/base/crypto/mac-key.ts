import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';

const HMAC = ALGORITHMS['hmac-sha-256'].library;

/**
 * A key for HMAC-SHA-256 that does not show its bytes by accident.
 *
 * @see RFC 2104
 */
export class MacKey {
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
  }

  /** @throws {CryptoError} CRYPTO_KEY_INVALID for less than 32 bytes */
  static fromBytes(raw: Uint8Array): MacKey {
    if (raw.length < 32) {
      throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use HMAC key: it has ${raw.length} bytes, not 32 or more`);
    }
    return new MacKey(createSecretKey(raw));
  }

  /** The 32-byte code of some bytes or of a text's UTF-8. */
  mac(data: Uint8Array | string): Uint8Array {
    return new Uint8Array(createHmac(HMAC, this.#key).update(data).digest());
  }

  /** The code in hex. */
  macHex(data: Uint8Array | string): string {
    return createHmac(HMAC, this.#key).update(data).digest('hex');
  }

  /** The raw bytes, for handing over to another process. */
  exportBytes(): Uint8Array {
    return new Uint8Array(this.#key.export());
  }
}
