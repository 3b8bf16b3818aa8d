/**
 * A value on its grid, the nearer neighbour, up where both are as near. A grid that divides one, such as 0.001, gives
 * the doubles that those decimals are, so that equal places are equal values.
 *
 * @param grid above zero, in the unit of the value
 */
export function coarsen(value: number, grid: number): number {
  const perOne = Math.round(1 / grid);
  const coarse = perOne * grid === 1 ? Math.round(value * perOne) / perOne : Math.round(value / grid) * grid;
  // Beyond what a double counts in such steps the value lies on the grid, as far as that can be told.
  return Number.isFinite(coarse) ? coarse + 0 : value;
}

/**
 * A time on its grid, downwards: nothing seems to have happened later than it did.
 *
 * @param time epoch microseconds
 * @param grid in microseconds; 0 for none
 */
export function coarsenTime(time: number, grid: number): number {
  return grid === 0 ? time : Math.floor(time / grid) * grid + 0;
}
