/**
 * The test of Page and Hinkley on a series: sums of how far values lie above, and below, their running mean, less what
 * is let pass, over the least that each sum has been.
 *
 * State: [values, mean, sum above, its least, sum below, its least].
 *
 * @see Page, "Continuous inspection schemes" (1954); Hinkley, "Inference about the change-point from cumulative sum
 *   tests" (1971); Gama et al., "A survey on concept drift adaptation" (2014)
 */
export type PageHinkleyState = Float64Array;

/** Doubles of a state. */
export const PAGE_HINKLEY_LENGTH = 6;

const COUNT = 0;
const MEAN = 1;
const ABOVE = 2;
const LEAST_ABOVE = 3;
const BELOW = 4;
const LEAST_BELOW = 5;

/** The state before the first value. */
export function beginPageHinkley(): PageHinkleyState {
  const state = new Float64Array(PAGE_HINKLEY_LENGTH);
  state[LEAST_ABOVE] = Infinity;
  state[LEAST_BELOW] = Infinity;
  return state;
}

/**
 * Takes the next value.
 *
 * @param slack what is let pass, δ, in the unit of the values
 * @param fading weight of the sums so far in the next, α: 1 for a plain sum
 * @returns the greater of both statistics, in the unit of the values
 */
export function takePageHinkley(state: PageHinkleyState, value: number, slack: number, fading = 1): number {
  const count = state[COUNT]! + 1;
  state[COUNT] = count;
  const mean = state[MEAN]! + (value - state[MEAN]!) / count;
  state[MEAN] = mean;
  const above = fading * state[ABOVE]! + value - mean - slack;
  const below = fading * state[BELOW]! + mean - value - slack;
  state[ABOVE] = above;
  state[BELOW] = below;
  if (above < state[LEAST_ABOVE]!) state[LEAST_ABOVE] = above;
  if (below < state[LEAST_BELOW]!) state[LEAST_BELOW] = below;
  return pageHinkleyOf(state);
}

/** The statistic as it stands; 0 before the first value. */
export function pageHinkleyOf(state: PageHinkleyState): number {
  if (state[COUNT] === 0) return 0;
  return Math.max(state[ABOVE]! - state[LEAST_ABOVE]!, state[BELOW]! - state[LEAST_BELOW]!);
}
