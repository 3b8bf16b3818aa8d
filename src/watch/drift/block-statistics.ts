/**
 * What one number of each block usually is, and how much it depends on that of the block before.
 *
 * State: [count, origin, sum, sum of squares, sum of products with the one before, last], of values less the origin.
 */
export type BlockStatistics = Float64Array;

export const STATISTICS_LENGTH = 6;

const COUNT = 0;
const ORIGIN = 1;
const SUM = 2;
const SQUARES = 3;
const PRODUCTS = 4;
const LAST = 5;

/** Learns the value of the next block. */
export function learnBlock(state: BlockStatistics, value: number): void {
  if (state[COUNT] === 0) state[ORIGIN] = value;
  const own = value - state[ORIGIN]!;
  if (state[COUNT]! > 0) state[PRODUCTS] = state[PRODUCTS]! + own * state[LAST]!;
  state[SUM] = state[SUM]! + own;
  state[SQUARES] = state[SQUARES]! + own * own;
  state[LAST] = own;
  state[COUNT] = state[COUNT]! + 1;
}

/**
 * How far a value is from what is usual, in standard deviations of the next value as so few show them: Student's t of
 * one degree of freedom fewer than there are blocks.
 *
 * @param least standard deviation that is taken for granted
 */
export function studentOf(state: BlockStatistics, value: number, least: number): number {
  const count = state[COUNT]!;
  if (count < 2) return 0;
  const mean = state[SUM]! / count;
  const variance = Math.max(0, (state[SQUARES]! - count * mean * mean) / (count - 1));
  return (value - state[ORIGIN]! - mean) / (Math.max(Math.sqrt(variance), least) * Math.sqrt(1 + 1 / count));
}

/** Mean of the values; 0 while there are none. */
export function usualOf(state: BlockStatistics): number {
  return state[COUNT] === 0 ? 0 : state[ORIGIN]! + state[SUM]! / state[COUNT]!;
}

/** How each value goes with the one before, −1 to 1; 0 where all are equal or there are too few. */
export function serialCorrelation(state: BlockStatistics): number {
  const count = state[COUNT]!;
  if (count < 3) return 0;
  const mean = state[SUM]! / count;
  const variance = state[SQUARES]! / count - mean * mean;
  if (!(variance > 1e-12)) return 0;
  return Math.min(1, Math.max(-1, (state[PRODUCTS]! / (count - 1) - mean * mean) / variance));
}
