import type { CurvePoint } from './load-generator.ts';

/** A count, and when it was asked for on the machine's monotonic clock. */
export interface Ask {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly readings: number;
}

/**
 * How long the oldest reading that a count lacks had been acknowledged when the count was asked for, in milliseconds; 0 where
 * it lacks none.
 *
 * @param curve of acknowledgements, in order of time
 */
export function missingFor({ askedMs, readings }: Ask, curve: readonly CurvePoint[]): number {
  // The first look that knew of more than were counted came after they were acknowledged, so it is no more than this.
  let before = curve[0];
  for (const point of curve) {
    if (point.readings > readings) return Math.max(0, askedMs - (before?.atMs ?? point.atMs));
    before = point;
  }
  return 0;
}
