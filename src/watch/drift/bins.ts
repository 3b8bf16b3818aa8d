import { countBelow, sortedFinite } from '#learn/features/index.ts';

/** Bins between the least and the greatest value of a sample; one more lies beyond each end. */
export const INNER_BINS = 20;
export const MOST_BINS = INNER_BINS + 2;

/**
 * Upper borders of bins that hold about equally many values of a sample each: borders are values of the sample, so that
 * a value that comes often is a bin of its own. Values above the last border are in one bin more.
 *
 * @returns ascending, distinct, at most `MOST_BINS` − 1; none where the sample has no values
 */
export function binBorders(sample: Float64Array): Float64Array {
  const sorted = sortedFinite(sample);
  if (sorted.length === 0) return new Float64Array(0);
  const [least, greatest] = [sorted[0]!, sorted[sorted.length - 1]!];
  // Just below the least value, or what is below all that was seen would be among the lowest.
  const borders = [least - Math.max(Math.abs(least), greatest - least, Number.MIN_VALUE) * 1e-9];
  for (let bin = 1; bin <= INNER_BINS; bin++) {
    const border = sorted[Math.ceil((bin / INNER_BINS) * sorted.length) - 1]!;
    if (border > borders[borders.length - 1]!) borders.push(border);
  }
  return Float64Array.from(borders);
}

/** The bin of a value: how many borders lie below it. */
export function binOf(borders: Float64Array, value: number): number {
  return countBelow(borders, value);
}

/**
 * For each bin the share of the counts below it and half of its own: where a value stands among those that were
 * counted, 0 to 1.
 */
export function midRanks(counts: Float64Array, into: Float64Array): void {
  let total = 0;
  for (const count of counts) total += count;
  let below = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    into[bin] = total === 0 ? 0.5 : (below + counts[bin]! / 2) / total;
    below += counts[bin]!;
  }
}

/** The border under which a share of the counts lies; NaN where there are none. */
export function quantileOfCounts(borders: Float64Array, counts: Float64Array, level: number): number {
  let total = 0;
  for (const count of counts) total += count;
  let below = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    below += counts[bin]!;
    if (below >= level * total && below > 0) return borders[Math.min(bin, borders.length - 1)] ?? NaN;
  }
  return NaN;
}
