import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';

export const AEAD_KEY_LENGTH = 32;
export const AEAD_NONCE_LENGTH = 12;
export const AEAD_TAG_LENGTH = 16;

const GCM_256 = ALGORITHMS['aes-256-gcm'].library;
const GCM_192 = ALGORITHMS['aes-192-gcm'].library;
const GCM_128 = ALGORITHMS['aes-128-gcm'].library;
/** By the bytes of a key. */
const CTR_BY_SIZE = [
  [16, 'aes-128-ctr'],
  [24, 'aes-192-ctr'],
  [32, 'aes-256-ctr'],
] as const;

/**
 * A key for AES-256-GCM that does not show its bytes by accident (in a log, a dump of an object, a comparison).
 *
 * The caller owns nonces: the same nonce must never seal twice under one key.
 * @see NIST SP 800-38D
 */
export class AeadKey {
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
  }

  /** @throws {CryptoError} CRYPTO_KEY_INVALID unless there are 16, 24 or 32 bytes (Weir makes 32; Parquet files from elsewhere may use 16) */
  static fromBytes(raw: Uint8Array): AeadKey {
    if (raw.length !== 16 && raw.length !== 24 && raw.length !== 32) {
      throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use AES key: it has ${raw.length} bytes, not 16, 24 or 32`);
    }
    return new AeadKey(createSecretKey(raw));
  }

  /** Ciphertext followed by the 16-byte tag. */
  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const cipher = createCipheriv(this.#algorithm(), this.#key, nonce, { authTagLength: AEAD_TAG_LENGTH });
    cipher.setAAD(aad);
    const sealed = new Uint8Array(plaintext.length + AEAD_TAG_LENGTH);
    const body = cipher.update(plaintext);
    sealed.set(body, 0);
    cipher.final();
    sealed.set(cipher.getAuthTag(), body.length);
    return sealed;
  }

  /**
   * The plaintext of what `seal` returned; nothing of it is released before the tag was checked.
   *
   * @throws {CryptoError} CRYPTO_OPEN_FAILED if key, nonce, associated data or a single bit differ
   */
  open(nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
    const length = sealed.length - AEAD_TAG_LENGTH;
    try {
      const decipher = createDecipheriv(this.#algorithm(), this.#key, nonce, { authTagLength: AEAD_TAG_LENGTH });
      decipher.setAAD(aad);
      decipher.setAuthTag(sealed.subarray(length));
      const body = decipher.update(sealed.subarray(0, length));
      decipher.final();
      return body;
    } catch {
      throw new CryptoError('CRYPTO_OPEN_FAILED', 'Cannot open sealed bytes: they were not sealed so under this key');
    }
  }

  /**
   * The plaintext of AES-CTR under this key, with a 32-bit counter that starts at 1. **Nothing is authenticated**:
   * only to read the pages of Parquet files that others sealed with AES_GCM_CTR_V1; there is no counterpart.
   *
   * @param nonce 12 bytes
   * @see Parquet Modular Encryption, section 4.2.2
   */
  openUnauthenticatedCtr(nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const counter = new Uint8Array(16);
    counter.set(nonce.subarray(0, AEAD_NONCE_LENGTH), 0);
    counter[15] = 1;
    const [, name] = CTR_BY_SIZE.find(([size]) => size === this.#key.symmetricKeySize)!;
    return createDecipheriv(name, this.#key, counter).update(ciphertext);
  }

  /** The raw bytes, for wrapping and for handing over to another process. Only `keys` and process hand-over call this. */
  exportBytes(): Uint8Array {
    return new Uint8Array(this.#key.export());
  }

  #algorithm() {
    const size = this.#key.symmetricKeySize;
    return size === 32 ? GCM_256 : size === 24 ? GCM_192 : GCM_128;
  }
}
