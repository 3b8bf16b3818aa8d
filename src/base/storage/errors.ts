import { PlatformError } from '#base/core/index.ts';

export type StorageErrorCode =
  | 'STORAGE_BUSY'
  | 'STORAGE_CATALOGUE_DAMAGED'
  | 'STORAGE_CATALOGUE_FOREIGN'
  | 'STORAGE_CATALOGUE_NEWER'
  | 'STORAGE_CLOSED'
  | 'STORAGE_CONSTRAINT'
  | 'STORAGE_EXISTS'
  | 'STORAGE_FULL'
  | 'STORAGE_IO'
  | 'STORAGE_KEY_INVALID'
  | 'STORAGE_MIGRATION_CHANGED'
  | 'STORAGE_MIGRATION_INVALID'
  | 'STORAGE_MISSING'
  | 'STORAGE_PLACE_INVALID'
  | 'STORAGE_RANGE_INVALID'
  | 'STORAGE_ROW_DAMAGED'
  | 'STORAGE_SQL_INVALID'
  | 'STORAGE_TRANSACTION_ENDED'
  | 'STORAGE_TRANSACTION_NESTED'
  | 'STORAGE_UNAVAILABLE'
  | 'STORAGE_VALUE_INVALID';

/** Raised by the catalogue and object engines, whichever engine stands behind the port. */
export class StorageError extends PlatformError<StorageErrorCode> {}
