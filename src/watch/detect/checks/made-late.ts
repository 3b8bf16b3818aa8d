import type { TamperSign } from './tamper-signs.ts';

/** State of one device: a fixed number of doubles. */
export type LatenessState = Float64Array;

/** How the clock of a device goes with ours. */
export interface ClockPlace {
  /** How far its readings usually lie before their receipt, in microseconds. */
  readonly offset: number;
  /** Whether the latest of them advance as their receipt does: so they do not wait on the device. */
  readonly inPace: boolean;
}

const [LATEST, SINCE, ROWS, LATE, MADE] = [0, 1, 2, 3, 4];
const LENGTH = 5;

/** Readings of so long are looked at together: a clock that was ahead as far as a stream accepts is over by half of it. */
const WINDOW_MICROS = 10 * 60 * 1e6;
/** And so many at least. */
const LEAST_ROWS = 20;
/** A time is ahead that lies so much farther on than the clock of the device. */
const AHEAD_MICROS = 5 * 1e6;
/** What goes in pace with us is behind an earlier reading by more than order and clocks of sensors explain. */
const BEHIND_MICROS = 30 * 1e6;

const WHAT = 'most of its readings are earlier than one that it sent before: detectors skip those';

/** The state before the first reading. */
export function beginLateness(): LatenessState {
  const state = new Float64Array(LENGTH);
  state[LATEST] = -Infinity;
  state[SINCE] = NaN;
  return state;
}

/**
 * Looks whether a device makes its own readings late, so that no detector judges them: by one that tells a time ahead, or
 * by times that stay behind one. What waited on the device is late by itself: it comes faster than it was made, and after
 * nothing that is ahead.
 *
 * @param time of the reading, epoch microseconds
 * @returns a sign for each such reading, while most of those of the latest window were
 */
export function judgeLateness(
  state: LatenessState,
  time: number,
  received: number,
  { offset, inPace }: ClockPlace,
): TamperSign | null {
  const latest = state[LATEST]!;
  const ahead = latest > received - offset + AHEAD_MICROS;
  const behind = inPace && latest - time > BEHIND_MICROS;
  const late = time < latest && (ahead || behind);
  if (time > latest) state[LATEST] = time;
  if (Number.isNaN(state[SINCE]!)) state[SINCE] = received;
  const rows = state[ROWS]! + 1;
  const made = state[LATE]! + Number(late);
  const isOver = received - state[SINCE]! >= WINDOW_MICROS && rows >= LEAST_ROWS;
  if (isOver) {
    state[MADE] = Number(2 * made > rows);
    state[SINCE] = received;
  }
  state[ROWS] = isOver ? 0 : rows;
  state[LATE] = isOver ? 0 : made;
  return late && state[MADE] === 1 ? { kind: 'made-late', what: WHAT } : null;
}
