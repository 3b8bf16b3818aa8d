import type { TamperKind } from '#declare/template/index.ts';

/** What a declared field is a sign of. */
export const SIGN_ROLES = ['case-open', 'sensor-id', 'boot-count'] as const;
/** And what the gateway sees: connections that ended without goodbye since the row before. */
export type SignRole = (typeof SIGN_ROLES)[number] | 'lost-connections';

/** A sign of tampering in one reading: what happened, and how. */
export interface TamperSign {
  readonly kind: TamperKind;
  readonly what: string;
}

/** State of the signs of one device: a fixed number of doubles. */
export type SignState = Float64Array;

const CASE = 0;
const SENSOR = 1;
const BOOTS = 2;
const BOOT_AT = 3;
const BOOTS_KEPT = 5;
const OFFSET = BOOT_AT + BOOTS_KEPT;
const SETTLED = OFFSET + 1;
const PACE = SETTLED + 1;
const PACE_ROWS = 5;
/** Doubles of a state. */
export const SIGN_STATE_LENGTH = PACE + 2 * PACE_ROWS;

/** A device that starts so often within this time starts again and again. */
const LOOP_MICROS = 10 * 60 * 1e6;
const RECONNECTS = `it lost its connection and came back ${BOOTS_KEPT} times within ten minutes`;
/** Where it is usual to lose connections: so many times what is usual are no starts, and so many rows are remembered. */
const LOST_TIMES = 10;
const LOST_MEMORY = 256;
/** A clock may be so far off its usual place. */
const JUMP_MICROS = 30 * 1e6;
/** Readings before the usual place of the clock is known. */
const CLOCK_SETTLES = 20;
/** Readings come in pace with their receipt where both advance alike, over at least this time. */
const PACE_LEAST_MICROS = 2e6;
const PACE_SHARE = 0.2;
const PACE_MICROS = 1e6;

/** The state before the first reading. */
export function beginSigns(): SignState {
  return new Float64Array(SIGN_STATE_LENGTH).fill(NaN);
}

/**
 * Looks at what a declared field says.
 *
 * @param value of the field: a number, 0 or 1 for a boolean, a digest for a text; NaN where it is missing
 * @param received epoch microseconds
 * @returns null where it is no sign of anything
 */
export function judgeSign(state: SignState, role: SignRole, value: number, received: number): TamperSign | null {
  if (value !== value) return null;
  switch (role) {
    case 'case-open':
      state[CASE] = value;
      return value === 0 ? null : { kind: 'case-open', what: 'its case was opened' };
    case 'sensor-id': {
      const before = state[SENSOR]!;
      state[SENSOR] = value;
      return Number.isNaN(before) || before === value ? null : { kind: 'sensor-swap', what: 'another sensor answers' };
    }
    case 'boot-count':
      return judgeBoots(state, value, received);
    case 'lost-connections':
      return judgeLost(state, value, received);
  }
}

/** Connections that were lost, beyond what a device in a bad network always loses, are starts. */
function judgeLost(state: SignState, lost: number, received: number): TamperSign | null {
  // No stream has both this and a field that counts starts.
  const usual = Number.isNaN(state[BOOTS]!) ? 0 : state[BOOTS]!;
  state[BOOTS] = usual + (Math.min(lost, BOOTS_KEPT) - usual) / LOST_MEMORY;
  const starts = Math.round(lost - LOST_TIMES * usual);
  return startsAgain(state, starts, received) ? { kind: 'boot-loop', what: RECONNECTS } : null;
}

function judgeBoots(state: SignState, boots: number, received: number): TamperSign | null {
  const before = state[BOOTS]!;
  state[BOOTS] = boots;
  if (Number.isNaN(before) || boots === before) return null;
  if (boots < before) return { kind: 'sensor-swap', what: 'it counts its starts anew, as another board would' };
  // Each start of a jump counts, as readings may be missing between two.
  if (!startsAgain(state, boots - before, received)) return null;
  return { kind: 'boot-loop', what: `it started ${BOOTS_KEPT} times within ten minutes` };
}

/** Takes so many starts more. @returns whether it starts again and again; then counting begins anew */
function startsAgain(state: SignState, starts: number, received: number): boolean {
  for (let start = 0; start < Math.min(starts, BOOTS_KEPT); start++) {
    state.copyWithin(BOOT_AT + 1, BOOT_AT, BOOT_AT + BOOTS_KEPT - 1);
    state[BOOT_AT] = received;
  }
  const oldest = state[BOOT_AT + BOOTS_KEPT - 1]!;
  if (starts < 1 || !(received - oldest <= LOOP_MICROS)) return false;
  state.fill(NaN, BOOT_AT, BOOT_AT + BOOTS_KEPT);
  return true;
}

/**
 * Looks at how the time of readings goes with their receipt. Readings that waited on a device come late and all at
 * once; a clock that was set goes in pace with ours again, at another place.
 *
 * @param time of the reading, epoch microseconds
 * @returns a jump of the clock, told once
 */
export function judgeClock(state: SignState, time: number, received: number): TamperSign | null {
  state.copyWithin(PACE + 2, PACE, PACE + 2 * (PACE_ROWS - 1));
  state[PACE] = time;
  state[PACE + 1] = received;
  if (!isInPace(state)) return null;
  const offset = received - time;
  const usual = state[OFFSET]!;
  const known = Number.isNaN(usual) ? 0 : state[SETTLED]!;
  if (known < CLOCK_SETTLES) {
    state[OFFSET] = known === 0 ? offset : usual + (offset - usual) / (known + 1);
    state[SETTLED] = known + 1;
    return null;
  }
  const jump = usual - offset;
  if (Math.abs(jump) <= JUMP_MICROS) {
    state[OFFSET] = usual - jump / CLOCK_SETTLES;
    return null;
  }
  state[OFFSET] = offset;
  const seconds = Math.round(Math.abs(jump) / 1e6);
  return { kind: 'clock-jump', what: `its clock was set ${seconds} s ${jump > 0 ? 'ahead' : 'back'}` };
}

/** Where the clock stands after a reading that was looked at: how far usually behind receipt, and whether in pace with it. */
export function clockPlace(state: SignState): { readonly offset: number; readonly inPace: boolean } {
  const usual = state[OFFSET]!;
  return { offset: Number.isNaN(usual) ? 0 : usual, inPace: isInPace(state) };
}

/** Whether the latest readings advance as their receipt does. */
function isInPace(state: SignState): boolean {
  const last = PACE + 2 * (PACE_ROWS - 1);
  const [told, taken] = [state[PACE]! - state[last]!, state[PACE + 1]! - state[last + 1]!];
  return taken >= PACE_LEAST_MICROS && Math.abs(told - taken) <= PACE_SHARE * taken + PACE_MICROS;
}
