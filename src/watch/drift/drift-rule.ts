/** How a stream is tried for drift. */
export interface DriftRule {
  /** Seconds from one false alarm of the stream to the next, on average and at least. */
  readonly apart: number;
  /** Seconds that a reference covers before anything is held against it. */
  readonly season: number;
  /** Lengths of a block in seconds, ascending: the next is taken where blocks depend on those before them. */
  readonly blocks: readonly number[];
  /** Values of a field that a block has at least. */
  readonly leastValues: number;
}

const DAY = 86_400;

/** Where a stream declares detection and nothing of drift. */
export const STANDARD_DRIFT: DriftRule = {
  apart: 90 * DAY,
  season: DAY,
  blocks: [60, 600, 3_600, 14_400, DAY, 7 * DAY],
  leastValues: 64,
};
