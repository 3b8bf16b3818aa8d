import { micros } from '#base/core/index.ts';
import type { Clock, Micros, Millis } from '#base/core/index.ts';

/** A clock that stands still until the test moves it. */
export interface FrozenClock extends Clock {
  /** Moves wall clock and monotonic clock forward together. */
  advance(by: Millis): void;
  /** Sets the wall clock alone, as a time server or an operator may; the monotonic clock goes on. */
  set(to: Micros): void;
}

/**
 * Makes a clock that shows the given moment.
 *
 * @param at epoch microseconds; by default 2026-01-01T00:00:00Z
 */
export function frozenClock(at: Micros = micros(1_767_225_600_000_000)): FrozenClock {
  let now: number = at;
  let monotonic = 0;
  return {
    now: () => micros(now),
    monotonicMs: () => monotonic,
    advance(by) {
      if (by < 0) throw new RangeError('Cannot advance a clock backwards: use set');
      now += by * 1000;
      monotonic += by;
    },
    set(to) {
      now = to;
    },
  };
}
