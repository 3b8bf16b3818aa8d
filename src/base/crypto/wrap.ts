import { concatBytes } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { AEAD_NONCE_LENGTH } from './aead.ts';
import type { AeadKey } from './aead.ts';

/**
 * Wraps key material: 12-byte random nonce, ciphertext, 16-byte tag.
 *
 * @param context what the material is and for what; unwrapping with another context fails
 * @see NIST SP 800-38D section 8.3: at most 2^32 wraps under one key with random nonces
 */
export function wrapKey(wrapping: AeadKey, context: Uint8Array, material: Uint8Array, random: Random): Uint8Array {
  const nonce = random.bytes(AEAD_NONCE_LENGTH);
  return concatBytes([nonce, wrapping.seal(nonce, context, material)]);
}

/** @throws {CryptoError} CRYPTO_OPEN_FAILED if key, context or a single bit differ */
export function unwrapKey(wrapping: AeadKey, context: Uint8Array, wrapped: Uint8Array): Uint8Array {
  return wrapping.open(wrapped.subarray(0, AEAD_NONCE_LENGTH), context, wrapped.subarray(AEAD_NONCE_LENGTH));
}
