import { countAtMost, countBelow, quantileOfSorted, sortedFinite } from '#learn/features/index.ts';
import { columnOf } from '../rows.ts';
import type { Rows } from '../rows.ts';

/** Empirical distributions of fields, each as an ascending grid of the same length. */
export type Tails = {
  /** Rows that they stand for. */
  readonly rows: number;
  /** Ascending values of each field, one field after the other. */
  readonly grid: Float64Array;
  /** Sign of the skewness of each field. */
  readonly skew: Float64Array;
};

/** The distributions of all fields; where there are more rows than `most`, by that many evenly spaced quantiles. */
export function learnTails(rows: Rows, most: number): Tails {
  const { width, count } = rows;
  const size = Math.min(count, most);
  const grid = new Float64Array(width * size);
  const skew = new Float64Array(width);
  for (let field = 0; field < width; field++) {
    const sorted = sortedFinite(columnOf(rows, field));
    for (let i = 0; i < size; i++) {
      grid[field * size + i] = size === count ? sorted[i]! : quantileOfSorted(sorted, i / (size - 1));
    }
    skew[field] = skewSign(sorted);
  }
  return { rows: count, grid, skew };
}

/**
 * −ln of the share of values that are at most `value`, and of those that are at least as great: how rare it is on the
 * left and on the right. A value beyond all counts as half a row.
 *
 * @param into takes left and right
 */
export function tailRarity({ grid, skew }: Tails, field: number, value: number, into: Float64Array): void {
  const size = grid.length / skew.length;
  const [from, to] = [field * size, (field + 1) * size];
  into[0] = -Math.log(Math.max(countAtMost(grid, value, from, to), 0.5) / size);
  into[1] = -Math.log(Math.max(size - countBelow(grid, value, from, to), 0.5) / size);
}

function skewSign(sorted: Float64Array): number {
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0);
  return Math.sign(sorted.reduce((sum, value) => sum + (value - mean) ** 3 / sorted.length, 0));
}

/** Says what makes distributions impossible. */
export function faultOfTails({ grid, skew }: Tails, width: number): string | undefined {
  const isWhole = skew.length === width && grid.length >= width && grid.length % width === 0;
  return isWhole ? undefined : 'there is not one distribution for each field';
}
