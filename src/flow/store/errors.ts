import { PlatformError } from '#base/core/index.ts';

export type StoreErrorCode =
  | 'STORE_PARQUET_INVALID'
  | 'STORE_PARQUET_LIMIT'
  | 'STORE_OPEN_FAILED'
  | 'STORE_PREFIX_MISMATCH'
  | 'STORE_COLUMN_MISSING'
  | 'STORE_KEY_MISSING'
  | 'STORE_KEY_MATERIAL_INVALID'
  | 'STORE_SEGMENT_DAMAGED'
  | 'STORE_SEGMENT_MISSING'
  | 'STORE_SHAPE_CONFLICT'
  | 'STORE_TEMPLATE_UNKNOWN'
  | 'STORE_ALREADY_SEALED'
  | 'STORE_INPUT_REPLACED'
  | 'STORE_SEGMENT_HELD'
  | 'STORE_KEPT_LONGER'
  | 'STORE_REGION_REFUSED'
  | 'STORE_SNAPSHOT_EXPIRED'
  | 'STORE_NOT_READY';

/** Raised by this room. */
export class StoreError extends PlatformError<StoreErrorCode> {
  /** Id of the segment that it is about, where it is about one. */
  readonly segment: string | undefined;
  /** Path of the column that it is about, joined with dots, where it is about one. */
  readonly column: string | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; segment?: string; column?: string } = {},
  ) {
    super(code, message, options);
    this.segment = options.segment;
    this.column = options.column;
  }
}

/** The bytes are no Parquet that may be trusted: `state` says what is wrong with them. */
export function parquetInvalid(state: string, cause?: unknown): StoreError {
  return new StoreError('STORE_PARQUET_INVALID', `Cannot read Parquet file: ${state}`, { cause });
}

/** Runs a step that concerns one column, so that what it throws names the column. */
export function naming<T>(column: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof StoreError) || error.column !== undefined) throw error;
    const { code, message, cause, hint } = error;
    throw new StoreError(code, message, { cause, column, ...(hint === undefined ? {} : { hint }) });
  }
}
