import { quantileOfSorted, sortedFinite } from '#learn/features/index.ts';

/** How high the scores of a detector usually are, and are of late: their logarithms, since scores differ by orders of magnitude. */
export type ScoreLevel = {
  /** What is usual: the median of the first scores, and how far a sixth of them lie above it; then the level of late. */
  readonly numbers: Float64Array;
};

const [USUAL, SPREAD, LATE] = [0, 1, 2];
/** The level looks back so many times as many rows as were learnt, and takes in no score that is farther from it than so many spreads. */
const [TIMES, CLIP] = [4, 3];
/** Scores below tell no more: a thousandth, where what was learnt has about 1. */
const LEAST = 1e-3;
/** Where scores hardly differ. */
const LEAST_SPREAD = 0.1;

export function beginScoreLevel(): ScoreLevel {
  return { numbers: Float64Array.of(0, LEAST_SPREAD, 0) };
}

/** Takes scores of rows that were not learnt for what is usual. */
export function settleScoreLevel({ numbers }: ScoreLevel, scores: Float64Array): void {
  const sorted = sortedFinite(scores.map((score) => Math.log(Math.max(score, LEAST))));
  if (sorted.length === 0) return;
  const median = quantileOfSorted(sorted, 0.5);
  const spread = Math.max(LEAST_SPREAD, quantileOfSorted(sorted, 0.841) - median);
  numbers.set([median, spread, median]);
}

/** A score as it would be were the level what it was: in proportion, where scores are higher of late, and as it is else. */
export function heldToLevel({ numbers }: ScoreLevel, score: number): number {
  return score * Math.exp(Math.min(0, numbers[USUAL]! - numbers[LATE]!));
}

/**
 * Follows the level. What is watched differs from what was learnt by more than chance, as a year does from the year
 * before: the level learns that slowly, and a fault moves it in proportion to how long it lasts, not to how grave it is.
 *
 * @param learnt rows that the detector was fitted on
 */
export function followScoreLevel({ numbers }: ScoreLevel, score: number, learnt: number): void {
  if (score !== score) return;
  const most = CLIP * numbers[SPREAD]!;
  const away = Math.log(Math.max(score, LEAST)) - numbers[LATE]!;
  numbers[LATE] = numbers[LATE]! + Math.max(-most, Math.min(most, away)) / (TIMES * learnt);
}
