import type { FieldType } from './nouns.ts';

/**
 * The values of one column of a batch, in row order.
 *
 * `number`, `integer` and `time` are doubles (an integer within ±(2^53−1) and a time in epoch microseconds are exact
 * in a double), `boolean` is 0 or 1, `text` is coded by a dictionary of distinct strings. A null row holds 0 in the
 * values and 1 in `nulls`; `nulls` itself is null where no row is.
 */
export type Column =
  | { readonly type: 'number' | 'integer' | 'time'; readonly values: Float64Array; readonly nulls: Uint8Array | null }
  | { readonly type: 'boolean'; readonly values: Uint8Array; readonly nulls: Uint8Array | null }
  | {
      readonly type: 'text';
      readonly codes: Uint32Array;
      readonly dictionary: readonly string[];
      readonly nulls: Uint8Array | null;
    };

export interface NamedColumn {
  readonly name: string;
  readonly data: Column;
}

/** A few milliseconds of one stream: the unit that is sealed, made durable and acknowledged together. */
export interface Batch {
  readonly stream: string;
  /** Digest (hex SHA-256) of the template version that admitted these rows. */
  readonly template: string;
  readonly rows: number;
  /** The system columns in their order, then the declared fields in the template's order. */
  readonly columns: readonly NamedColumn[];
}

/** The name and type of each column of a batch or segment. */
export interface ColumnShape {
  readonly name: string;
  readonly type: FieldType;
  readonly nullable: boolean;
}
