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
