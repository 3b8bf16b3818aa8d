import { micros } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import type { Segment } from './segment.ts';

/** How long readings are kept, counted from when they were received. */
export interface Keep {
  readonly min: Millis | null;
  readonly max: Millis | null;
}

/** What is kept of the segments of this moment. */
export interface Retention {
  /** Readings of a stream that were received before this are to go; null where nothing ends. */
  keptFrom(stream: string): Micros | null;
  /** Whether somebody has a right to a segment as it is: nothing of it goes. */
  isHeld(segment: Segment): boolean;
}

export const KEEP_ALL: Retention = { keptFrom: () => null, isHeld: () => false };

const DAY_MS = 86_400_000;
/** Steps in the longest keep: a segment is cut once a step, and not anew each time somebody looks. */
const STEPS = 32;

/**
 * Readings received before this moment are to go. It moves in steps of a thirty-second part of `max`, a day at most, and
 * ahead of `max`, so that nothing stays longer; never past `min`, so that nothing goes sooner.
 *
 * @param now epoch microseconds
 */
export function keptFrom({ min, max }: Keep, now: Micros): Micros | null {
  if (max === null) return null;
  const step = Math.ceil(Math.min(DAY_MS, max / STEPS)) * 1_000;
  const due = Math.ceil(now / step) * step - max * 1_000;
  const allowed = now - (min ?? 0) * 1_000;
  // Where both are equal it follows the clock in steps, so that a reading stays up to one longer.
  return micros(Math.min(due, Math.floor(allowed / step) * step));
}

/** When the first and the last reading of a segment were received; at the latest when it was sealed. */
export function receiptOf({ received, created }: Segment): { readonly first: Micros; readonly last: Micros } {
  return received ?? { first: created, last: created };
}
