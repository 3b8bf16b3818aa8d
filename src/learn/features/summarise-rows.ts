import { quantileOfSorted, sortedFinite } from './order-statistics.ts';

const QUANTILES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1] as const;
/** Per field: the quantiles, mean, standard deviation, sum, and how many distinct values and changes there are. */
const PER_FIELD = QUANTILES.length + 5;
/** Of the whole: how many rows and how many distinct ones. */
const OF_ALL = 2;

/** Values of a summary of rows of so many fields. */
export function summaryWidth(width: number): number {
  return OF_ALL + width * PER_FIELD;
}

/**
 * Summarises a stretch of rows, such as packets or messages of one device, as one row of fixed width by which kinds of
 * devices can be told apart: how many there are, and of each field its distribution and how it varies.
 *
 * A field without any value has NaN throughout but for its counts.
 *
 * @param values rows one after the other; NaN is a missing value
 * @param out takes `summaryWidth(width)` values from `at` on
 */
export function summariseRows(values: Float64Array, width: number, out: Float64Array, at = 0): void {
  const rows = values.length / width;
  out[at] = rows;
  out[at + 1] = countDistinctRows(values, width);
  const column = new Float64Array(rows);
  for (let field = 0; field < width; field++) {
    for (let row = 0; row < rows; row++) column[row] = values[row * width + field]!;
    summariseColumn(column, out, at + OF_ALL + field * PER_FIELD);
  }
}

function summariseColumn(column: Float64Array, out: Float64Array, from: number): void {
  const sorted = sortedFinite(column);
  let at = from;
  for (const share of QUANTILES) out[at++] = quantileOfSorted(sorted, share);
  const sum = sorted.reduce((total, value) => total + value, 0);
  const mean = sum / sorted.length;
  const squares = sorted.reduce((total, value) => total + (value - mean) ** 2, 0);
  out[at++] = mean;
  out[at++] = Math.sqrt(squares / sorted.length);
  out[at++] = sorted.length === 0 ? NaN : sum;
  let distinct = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct += 1;
  out[at++] = distinct;
  let changes = 0;
  for (let i = 1; i < column.length; i++) if (!Object.is(column[i], column[i - 1])) changes += 1;
  out[at] = changes;
}

function countDistinctRows(values: Float64Array, width: number): number {
  const seen = new Set<string>();
  for (let at = 0; at < values.length; at += width) seen.add(values.subarray(at, at + width).join(','));
  return seen.size;
}
