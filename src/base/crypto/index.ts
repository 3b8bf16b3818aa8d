export { CryptoError } from './errors.ts';
export type { CryptoErrorCode } from './errors.ts';
export { AeadKey, AEAD_KEY_LENGTH, AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH } from './aead.ts';
export { sha256, sha256Hex, hmacSha256 } from './digest.ts';
export { systemRandom } from './random.ts';
