/** Columns as ranks among their distinct values: splits are looked for among whole numbers. */
export interface RankedColumns {
  /** Rows × width: place of each value among the distinct ones of its column; their number for a missing value. */
  readonly ranks: Int32Array;
  /** The distinct values of each column, rising. */
  readonly distinct: readonly Float64Array[];
}

/** Ranks the values of each column. @param values rows one after the other; NaN is a missing value */
export function rankColumns(values: Float64Array, width: number): RankedColumns {
  const rows = values.length / width;
  const ranks = new Int32Array(values.length);
  const column = new Float64Array(rows);
  const distinct: Float64Array[] = [];
  for (let field = 0; field < width; field++) {
    for (let row = 0; row < rows; row++) column[row] = values[row * width + field]!;
    // Typed arrays sort NaN to the end.
    const sorted = column.toSorted();
    const kept: number[] = [];
    for (const value of sorted) if (value === value && value !== kept.at(-1)) kept.push(value);
    const own = Float64Array.from(kept);
    distinct.push(own);
    for (let row = 0; row < rows; row++) ranks[row * width + field] = rankOf(own, column[row]!);
  }
  return { ranks, distinct };
}

function rankOf(distinct: Float64Array, value: number): number {
  if (value !== value) return distinct.length;
  let low = 0;
  let high = distinct.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (distinct[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A number that parts the values up to a rank from those above it: halfway, so that a value in between goes with the
 * nearer one. Missing values are above every number.
 */
export function thresholdAfter(distinct: Float64Array, rank: number): number {
  const below = distinct[rank]!;
  if (rank + 1 >= distinct.length) return Infinity;
  const middle = below + (distinct[rank + 1]! - below) / 2;
  // Infinite values and neighbours of the last digit have no number halfway.
  return middle > below && middle < distinct[rank + 1]! ? middle : below;
}
