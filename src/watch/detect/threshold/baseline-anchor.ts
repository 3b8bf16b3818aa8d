import type { BaselineState } from '#learn/features/index.ts';

/**
 * What was usual once, to hold against what has become so: a baseline follows slow change, so whoever moves it slowly
 * enough is never unusual. Three doubles a field and four more.
 */
export type AnchorState = Float64Array;

/** How a field's baseline has moved since it was held fast. */
export interface Moved {
  readonly field: number;
  /** Standard deviations of then between the centres, or how many times the spread has changed, in the same scale. */
  readonly by: number;
  readonly centre: number;
  readonly spread: number;
  /** Seconds since then. */
  readonly since: number;
}

const SET = 0;
const TOLD = 1;
const AT = 2;
const OWN = 3;

/** Readings before what is usual is held fast. */
export const ANCHORED_AFTER = 1_000;
/** Values of a field before anything is usual for it. */
const LEAST_VALUES = 9;
/** Standard deviations that the centre may move. */
export const MOVED_LIMIT = 6;
/** The spread counts as having moved by the limit when it is so many times what it was, or that part of it. */
const SPREAD_TIMES = 4;

/** The state before anything is held fast. */
export function beginAnchor(width: number): AnchorState {
  const state = new Float64Array(OWN + 2 * width);
  state[TOLD] = -Infinity;
  return state;
}

/**
 * Holds what is usual fast the first time, and later tells the field that has moved farthest, if that is beyond the
 * limit and the last time it told was long enough ago. Then what is usual now is held fast.
 *
 * @param seconds time of the reading
 * @param apart seconds between two times at which it tells: its part of the budget of false alarms
 * @param told when one told that has the same part of the budget
 */
export function checkAnchor(
  state: AnchorState,
  usual: BaselineState,
  resolutions: readonly number[],
  seconds: number,
  apart: number,
  told = -Infinity,
): Moved | null {
  if (state[SET] === 0) {
    hold(state, usual, seconds);
    return null;
  }
  if (seconds - Math.max(state[TOLD]!, told) < apart) return null;
  let farthest: Moved | null = null;
  for (let field = 0; field < usual.centre.length; field++) {
    const centre = state[OWN + 2 * field]!;
    // It had no values then: what is usual for it is held fast now, if it has any.
    if (Number.isNaN(centre)) {
      holdField(state, usual, field);
      continue;
    }
    const spread = Math.max(
      state[OWN + 2 * field + 1]!,
      resolutions[field]! || 1e-3 * Math.abs(centre),
      Number.MIN_VALUE,
    );
    const now = Math.max(usual.spread[field]!, resolutions[field]!, 1e-3 * spread);
    const shift = Math.abs(usual.centre[field]! - centre) / spread;
    const change = (Math.abs(Math.log(now / spread)) / Math.log(SPREAD_TIMES)) * MOVED_LIMIT;
    const by = Math.max(shift, change);
    if (by > MOVED_LIMIT && by > (farthest?.by ?? 0)) {
      farthest = { field, by, centre, spread, since: seconds - state[AT]! };
    }
  }
  if (farthest === null) return null;
  hold(state, usual, seconds);
  state[TOLD] = seconds;
  return farthest;
}

/** When it told last; −Infinity where it never did. */
export function toldAt(state: AnchorState): number {
  return state[TOLD]!;
}

function hold(state: AnchorState, usual: BaselineState, seconds: number): void {
  state[SET] = 1;
  state[AT] = seconds;
  for (let field = 0; field < usual.centre.length; field++) holdField(state, usual, field);
}

function holdField(state: AnchorState, { centre, spread, counts }: BaselineState, field: number): void {
  state[OWN + 2 * field] = counts[field]! < LEAST_VALUES ? NaN : centre[field]!;
  state[OWN + 2 * field + 1] = spread[field]!;
}
