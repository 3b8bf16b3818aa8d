import type { PrivateColumn } from '../relations.ts';

/** Steps of the grid that values are put on, from the middle of a range to its ends. */
const GRID_STEPS = 2 ** 20;

/** Values as whole numbers: value = middle + step × whole, from -most to most. */
export interface Grid {
  readonly middle: number;
  readonly step: number;
  readonly most: number;
}

/** The grid of a column: whole numbers stand on it as they are, where the range lets them. */
export function gridOf({ type, range }: PrivateColumn): Grid {
  const [low, high] = range ?? [0, 0];
  const middle = (low + high) / 2;
  const whole = type === 'integer' && Number.isInteger(low) && Number.isInteger(high) && high - low <= GRID_STEPS;
  const most = whole ? high - low : GRID_STEPS;
  return { middle, step: (high - low) / 2 / most, most };
}

/**
 * Whether all values of a range are on its grid within its ends as doubles have it: of a range that is narrower than what
 * doubles can tell apart at its size the middle is off, and a value at an end would count for up to twice as much as noise
 * is made for.
 */
export function hasGrid([low, high]: readonly [number, number]): boolean {
  const middle = (low + high) / 2;
  const scale = GRID_STEPS / ((high - low) / 2);
  // Each step of the way keeps the order of values, so the ends stand for all between.
  return low < high && [low, high].every((end) => Math.abs(Math.round((end - middle) * scale)) === GRID_STEPS);
}
