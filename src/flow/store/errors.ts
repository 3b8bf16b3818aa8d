import { PlatformError } from '#base/core/index.ts';

export type StoreErrorCode =
  | 'STORE_PARQUET_INVALID'
  | 'STORE_PARQUET_LIMIT'
  | 'STORE_OPEN_FAILED'
  | 'STORE_PREFIX_MISMATCH'
  | 'STORE_COLUMN_MISSING'
  | 'STORE_KEY_MISSING'
  | 'STORE_KEY_MATERIAL_INVALID';

/** Raised by this room. */
export class StoreError extends PlatformError<StoreErrorCode> {}

/** The bytes are no Parquet that may be trusted: `state` says what is wrong with them. */
export function parquetInvalid(state: string, cause?: unknown): StoreError {
  return new StoreError('STORE_PARQUET_INVALID', `Cannot read Parquet file: ${state}`, { cause });
}
