import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CryptoError } from './errors.ts';

/** A key that signs or verifies HTTP messages. */
export type HttpSignatureKey = KeyObject;

/**
 * The key that signs requests.
 *
 * @param pem PKCS #8
 * @throws {CryptoError} CRYPTO_KEY_INVALID
 */
export function httpSigningKey(pem: string): HttpSignatureKey {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new CryptoError('CRYPTO_KEY_INVALID', 'Cannot use key to sign requests: it is no private key', { cause });
  }
}

/** The public key of a certificate, from its SPKI in DER; null where it is none. @see RFC 5280 section 4.1.2.7 */
export function httpVerifyingKey(spki: Uint8Array): HttpSignatureKey | null {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
