import { normalShare, normalValue } from './normal.ts';
import type { SeriesColumn } from './series-table.ts';

/** How the values of one column are spread, as a way to normal scores and back. */
export interface Marginal {
  /** Share of missing values. */
  readonly missing: number;
  /** Values at evenly spaced shares, or the share below each label and up to it. */
  readonly grid: Float64Array;
  readonly labels: readonly string[] | null;
  readonly whole: boolean;
}

const STEPS = 512;
/** The ends of a range are taken from so many values: the greatest of all is somebody's. */
const END_VALUES = 10;

export function learnMarginal({ values, labels, whole }: SeriesColumn): Marginal {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const missing = values.length === 0 ? 0 : 1 - known.length / values.length;
  if (labels !== null) {
    const shares = new Float64Array(labels.length + 1);
    for (const code of known) shares[code + 1]! += 1 / known.length;
    for (let code = 1; code < shares.length; code += 1) shares[code]! += shares[code - 1]!;
    return { missing, grid: shares, labels, whole };
  }
  const ends = Math.min(END_VALUES, Math.max(1, known.length >> 3));
  const mean = (part: Float64Array): number => part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
  const [low, high] = [mean(known.subarray(0, ends)), mean(known.subarray(known.length - ends))];
  const grid = Float64Array.from({ length: STEPS + 1 }, (_, step) => {
    const at = (step / STEPS) * (known.length - 1);
    const [below, above] = [known[Math.floor(at)] ?? 0, known[Math.ceil(at)] ?? 0];
    return Math.min(high, Math.max(low, below + (above - below) * (at - Math.floor(at))));
  });
  return { missing, grid, labels, whole };
}

/** The normal score of a value. Values that are alike share a stretch of scores, within which chance chooses. */
export function scoreOf({ grid, labels }: Marginal, value: number, chance: number): number {
  if (labels !== null) {
    const [from, to] = [grid[value] ?? 0, grid[value + 1] ?? 1];
    return normalValue(from + (to - from) * chance);
  }
  const [first, last] = [search(grid, value, false), search(grid, value, true)];
  if (last > first) return normalValue((first + (last - first) * chance) / STEPS);
  const [below, above] = [grid[first - 1] ?? value, grid[first] ?? value];
  const part = above > below ? (value - below) / (above - below) : 0.5;
  return normalValue(Math.min(1 - 0.5 / STEPS, Math.max(0.5 / STEPS, (first - 1 + part) / STEPS)));
}

/** The value that a normal score stands for. */
export function valueOf({ grid, labels, whole }: Marginal, score: number): number {
  const share = normalShare(score);
  if (labels !== null) {
    let code = 0;
    while (code < labels.length - 1 && share > (grid[code + 1] ?? 1)) code += 1;
    return code;
  }
  const at = Math.min(1, Math.max(0, share)) * STEPS;
  const [below, above] = [grid[Math.floor(at)] ?? 0, grid[Math.ceil(at)] ?? 0];
  const value = below + (above - below) * (at - Math.floor(at));
  return whole ? Math.round(value) : value;
}

/** The first place whose value is not below, or above, a value. */
function search(grid: Float64Array, value: number, above: boolean): number {
  let [low, high] = [0, grid.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (above ? (grid[middle] ?? 0) > value : (grid[middle] ?? 0) >= value) high = middle;
    else low = middle + 1;
  }
  return Math.min(STEPS, low);
}
