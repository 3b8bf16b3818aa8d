/**
 * An adaptive window over a series of bounded values: it grows while they are alike and drops its older part where the
 * means of two parts differ by more than chance allows. Buckets of exponentially growing sizes keep it in a few
 * kibibytes, whatever its length.
 *
 * State: [width, sum, variance times width, insertions, cuts], then for each row of buckets its count and, oldest
 * first, sum and variance times size of each bucket. A bucket of row `r` holds 2^r values.
 *
 * @see Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing" (SDM 2007), ADWIN2
 */
export type AdwinState = Float64Array;

/** How a window is tried. */
export interface AdwinRule {
  /** Chance of a cut where nothing changes. */
  readonly delta: number;
  /** It is looked for a cut at every so many values. */
  readonly every: number;
  /** The least values of a part, and of a window that is tried at all. */
  readonly leastPart: number;
  readonly leastWindow: number;
}

/** As the reference implementations have it. */
export const STANDARD_ADWIN: AdwinRule = { delta: 0.002, every: 32, leastPart: 5, leastWindow: 10 };

const WIDTH = 0;
const SUM = 1;
const SPREAD = 2;
const TICKS = 3;
const CUTS = 4;
const HEAD = 5;
/** Buckets of a size before two become one of the next. */
const MOST_BUCKETS = 5;
/** Row: count, then sum and variance of one bucket more than stay. */
const ROW = 1 + 2 * (MOST_BUCKETS + 1);
/** Values beyond 2^32 are more than any window lives to see. */
const ROWS = 32;

/** Doubles of a state. */
export const ADWIN_LENGTH = HEAD + ROWS * ROW;

/** An empty window. */
export function beginAdwin(): AdwinState {
  return new Float64Array(ADWIN_LENGTH);
}

/** Values in the window. */
export function adwinWidth(state: AdwinState): number {
  return state[WIDTH]!;
}

/** Mean of the window; 0 while it is empty. */
export function adwinMean(state: AdwinState): number {
  return state[WIDTH] === 0 ? 0 : state[SUM]! / state[WIDTH]!;
}

/**
 * Takes the next value.
 *
 * @returns whether older values were dropped, since the mean has changed
 */
export function takeAdwin(state: AdwinState, value: number, rule: AdwinRule = STANDARD_ADWIN): boolean {
  insert(state, value);
  if (state[TICKS]! % rule.every !== 0 || state[WIDTH]! <= rule.leastWindow) return false;
  let dropped = false;
  while (cutOnce(state, rule)) dropped = true;
  if (dropped) state[CUTS] = state[CUTS]! + 1;
  return dropped;
}

function insert(state: AdwinState, value: number): void {
  append(state, 0, value, 0);
  const width = state[WIDTH]!;
  if (width > 0) {
    const apart = value - state[SUM]! / width;
    state[SPREAD] = state[SPREAD]! + (width * apart * apart) / (width + 1);
  }
  state[WIDTH] = width + 1;
  state[SUM] = state[SUM]! + value;
  state[TICKS] = state[TICKS]! + 1;
  for (let row = 0; row < ROWS - 1 && state[HEAD + row * ROW]! > MOST_BUCKETS; row++) {
    const at = HEAD + row * ROW + 1;
    const size = 2 ** row;
    const apart = (state[at]! - state[at + 2]!) / size;
    const spread = state[at + 1]! + state[at + 3]! + (size * apart * apart) / 2;
    append(state, row + 1, state[at]! + state[at + 2]!, spread);
    remove(state, row, 2);
  }
}

function append(state: AdwinState, row: number, sum: number, spread: number): void {
  const at = HEAD + row * ROW;
  const count = state[at]!;
  state[at + 1 + 2 * count] = sum;
  state[at + 2 + 2 * count] = spread;
  state[at] = count + 1;
}

/** Takes the oldest buckets of a row away. */
function remove(state: AdwinState, row: number, count: number): void {
  const at = HEAD + row * ROW;
  state.copyWithin(at + 1, at + 1 + 2 * count, at + ROW);
  state[at] = state[at]! - count;
}

/** Tries each border between buckets, the oldest first; drops the oldest bucket where one shows a change. */
function cutOnce(state: AdwinState, { delta, leastPart }: AdwinRule): boolean {
  const width = state[WIDTH]!;
  let before = 0;
  let beforeSum = 0;
  for (let row = ROWS - 1; row >= 0; row--) {
    const at = HEAD + row * ROW;
    for (let bucket = 0; bucket < state[at]!; bucket++) {
      before += 2 ** row;
      beforeSum += state[at + 1 + 2 * bucket]!;
      const after = width - before;
      if (after < leastPart) return false;
      if (before < leastPart) continue;
      const apart = beforeSum / before - (state[SUM]! - beforeSum) / after;
      if (Math.abs(apart) > bound(state, before, after, delta, leastPart)) {
        dropOldest(state);
        return true;
      }
    }
  }
  return false;
}

/** How far apart the means of two parts may be by chance: theorem 3.2 with the variance of the window. */
function bound(state: AdwinState, before: number, after: number, delta: number, leastPart: number): number {
  const width = state[WIDTH]!;
  const strict = Math.log((2 * Math.log(width)) / delta);
  // The smaller part counts as the reference implementations count it.
  const harmonic = 1 / (before - leastPart + 1) + 1 / (after - leastPart + 1);
  return Math.sqrt(2 * harmonic * (state[SPREAD]! / width) * strict) + (2 / 3) * harmonic * strict;
}

function dropOldest(state: AdwinState): void {
  let row = ROWS - 1;
  while (state[HEAD + row * ROW] === 0) row--;
  const at = HEAD + row * ROW;
  const size = 2 ** row;
  const [sum, spread] = [state[at + 1]!, state[at + 2]!];
  const width = state[WIDTH]! - size;
  state[WIDTH] = width;
  const total = state[SUM]!;
  state[SUM] = total - sum;
  const apart = width === 0 ? 0 : sum / size - (total - sum) / width;
  state[SPREAD] = Math.max(
    0,
    state[SPREAD]! - spread - (width === 0 ? 0 : (size * width * apart * apart) / (size + width)),
  );
  remove(state, row, 1);
}
