import { PlatformError } from '#base/core/index.ts';

export type KeysErrorCode =
  | 'KEYS_CLOSED'
  | 'KEYS_COPY_MALFORMED'
  | 'KEYS_CUSTODY_DAMAGED'
  | 'KEYS_CUSTODY_UNAVAILABLE'
  | 'KEYS_KEY_DAMAGED'
  | 'KEYS_MOVE_UNFINISHED'
  | 'KEYS_NAME_INVALID'
  | 'KEYS_NAME_TAKEN'
  | 'KEYS_PASSPHRASE_NEEDED'
  | 'KEYS_PASSPHRASE_WEAK'
  | 'KEYS_PASSPHRASE_WRONG'
  | 'KEYS_PIN_WRONG'
  | 'KEYS_RECOVERY_FAILED'
  | 'KEYS_ROOT_EXISTS'
  | 'KEYS_ROOT_MALFORMED'
  | 'KEYS_ROOT_MISSING'
  | 'KEYS_SHARE_MALFORMED'
  | 'KEYS_STOCK_SPENT'
  | 'KEYS_UNKNOWN'
  | 'KEYS_USES_SPENT'
  | 'KEYS_VERSIONS_SPENT'
  | 'KEYS_VERSION_ACTIVE'
  | 'KEYS_VERSION_NEEDED';

/** Raised by key hierarchy and custody. */
export class KeysError extends PlatformError<KeysErrorCode> {}
