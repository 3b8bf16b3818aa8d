import type { ColumnShape } from '#base/core/index.ts';
import { decodeRowGroups } from '#flow/store/index.ts';
import { PART_ROWS } from './column-part.ts';
import { digestOfRows } from './part-digest.ts';

/** What a piece of a frozen result really holds. */
export interface CheckedPiece {
  readonly rows: number;
  /** Rows of each part. */
  readonly sizes: readonly number[];
  /** The canonical digest of the rows of each part, in hex. */
  readonly digests: readonly string[];
  /** The smallest value of each column of times, in epoch microseconds; absent where it has none. */
  readonly least: Readonly<Record<string, number>>;
}

/**
 * Reads a piece that a query process made, a part at a time, and commits to what is found there: whatever the process says
 * of its rows counts for nothing.
 *
 * @throws {StoreError} STORE_PARQUET_INVALID where it is no file of these columns
 */
export function checkPiece(plain: Uint8Array, columns: readonly ColumnShape[]): CheckedPiece {
  const [sizes, digests]: [number[], string[]] = [[], []];
  const least = new Map<string, number>();
  for (const group of decodeRowGroups(plain, columns, PART_ROWS)) {
    const batch = { stream: '', template: '', ...group };
    digests.push(digestOfRows(columns, batch, 0, group.rows));
    sizes.push(group.rows);
    for (const { name, data } of group.columns) {
      if (data.type !== 'time') continue;
      const first = leastOf(data.values, data.nulls);
      if (first < (least.get(name) ?? Infinity)) least.set(name, first);
    }
  }
  return { rows: sizes.reduce((sum, size) => sum + size, 0), sizes, digests, least: Object.fromEntries(least) };
}

function leastOf(values: Float64Array, nulls: Uint8Array | null): number {
  let least = Infinity;
  for (let row = 0; row < values.length; row += 1) {
    if (nulls?.[row] !== 1 && values[row]! < least) least = values[row]!;
  }
  return least;
}
