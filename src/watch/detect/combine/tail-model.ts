import { countBelow, quantileOfSorted, sortedFinite } from '#learn/features/index.ts';

/**
 * How rare each score of a detector is among the scores of what it learnt: order statistics for the bulk, and a
 * generalised Pareto tail for what is beyond, so that scores higher than all that were seen still differ.
 */
export type TailModel = {
  /** Ascending scores at evenly spaced levels, up to where the tail starts. */
  readonly grid: Float64Array;
  /** [share of scores in the tail, shape ξ, scale σ, rarity of the rarest score]. */
  readonly tail: Float64Array;
};

/** Levels that are kept of the bulk. */
const GRID = 257;
/** The highest scores that the tail is fitted to: a twentieth, as far as there are enough. */
const TAIL_SHARE = 0.05;
const LEAST_TAIL = 10;
/** A tail is taken to be neither lighter than exponential nor without a variance: a score beyond all stays comparable. */
const SHAPES = [0, 0.5] as const;

/** Arrays of a model before any score. */
export function emptyTailModel(): TailModel {
  return { grid: new Float64Array(GRID), tail: Float64Array.of(1, 0, 1, 0) };
}

/**
 * Fits the model by probability-weighted moments.
 *
 * @param scores at least one
 * @see Hosking and Wallis, "Parameter and quantile estimation for the generalized Pareto distribution" (1987);
 *   Siffer et al., "Anomaly detection in streams with extreme value theory" (KDD 2017)
 */
export function fitTailModel(scores: Float64Array): TailModel {
  const sorted = sortedFinite(scores);
  const count = sorted.length;
  const size = Math.min(count, Math.max(LEAST_TAIL, Math.ceil(TAIL_SHARE * count)));
  const start = count > size ? sorted[count - size - 1]! : sorted[0]!;
  const share = count > size ? size / count : 1;
  const grid = Float64Array.from({ length: GRID }, (_, i) =>
    quantileOfSorted(sorted.subarray(0, Math.max(1, count - size)), i / (GRID - 1)),
  );
  const excesses = sorted.subarray(count - size).map((score) => score - start);
  const [shape, scale] = fitPareto(excesses);
  // Equal scores have no tail: what is beyond them is as far out as it is in their own unit.
  const least = 1e-9 * (Math.abs(start) || 1);
  return { grid, tail: Float64Array.of(share, shape, scale > 0 ? scale : least, Math.log(count)) };
}

/** Shape and scale of a generalised Pareto distribution over ascending excesses; no scale where all are equal. */
function fitPareto(excesses: Float64Array): readonly [number, number] {
  const count = excesses.length;
  let [a0, a1] = [0, 0];
  for (let i = 0; i < count; i++) {
    a0 += excesses[i]! / count;
    a1 += (excesses[i]! * (count - i - 0.65)) / count / count;
  }
  if (!(a0 > 0)) return [0, 0];
  const shape = Math.min(SHAPES[1], Math.max(SHAPES[0], 2 - a0 / (a0 - 2 * a1) || 0));
  // The scale that keeps the mean excess with the shape as it was bounded.
  return [shape, a0 * (1 - shape)];
}

/**
 * −ln of the share of learnt scores that are at least as high: 0 for the lowest, 3 for one in twenty, 7 for one in a
 * thousand.
 *
 * Learnt scores tell rarities up to that of one in all of them. Beyond, the tail is a guess, and one that grows without
 * bound: there the rarity grows as its logarithm, so that no detector drowns others for its tail's sake, and of two
 * scores the higher stays the rarer. At most 700.
 */
export function rarityOf({ grid, tail }: TailModel, score: number): number {
  const [share, shape, scale, known] = [tail[0]!, tail[1]!, tail[2]!, tail[3]!];
  const start = grid[GRID - 1]!;
  if (score > start) {
    const beyond = (score - start) / scale;
    const rarity = (shape > 1e-6 ? Math.log1p(shape * beyond) / shape : beyond) - Math.log(share);
    return Math.min(MOST, rarity > known ? known + Math.log1p(rarity - known) : rarity);
  }
  const above = countBelow(grid, score);
  if (above === 0) return 0;
  const [low, high] = [grid[above - 1]!, grid[above]!];
  const level = (above - 1 + (score - low) / (high - low)) / (GRID - 1);
  return -Math.log(1 - level * (1 - share));
}

/** Further out than any double tells. */
const MOST = 700;
