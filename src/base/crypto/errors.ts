import { PlatformError } from '#base/core/index.ts';

export type CryptoErrorCode =
  | 'CRYPTO_OPEN_FAILED'
  | 'CRYPTO_ENVELOPE_MALFORMED'
  | 'CRYPTO_KEY_INVALID'
  | 'CRYPTO_FORMAT_INVALID'
  | 'CRYPTO_FIELD_INVALID'
  | 'CRYPTO_SIGNATURE_INVALID'
  | 'CRYPTO_PROOF_INVALID'
  | 'CRYPTO_NOTE_MALFORMED'
  | 'CRYPTO_NONCES_SPENT'
  | 'CRYPTO_PARAMETERS_INVALID'
  | 'CRYPTO_SHARES_INVALID';

/** Raised by this room. What fails to open says nothing about why: the cause would help a forger. */
export class CryptoError extends PlatformError<CryptoErrorCode> {}
