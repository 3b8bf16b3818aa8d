import { BASELINE_MEMORY } from '../charts/baseline-memory.ts';
import { defineIncremental } from '../define-detector.ts';

type ReplayState = {
  /** Values that came of each field. */
  readonly came: Float64Array;
  /** The latest of them, a ring for each field. */
  readonly rings: Float64Array;
  /** By a hash of a value and the two before it, when they came last; −1 where they did not. Buckets of each field. */
  readonly latest: Float64Array;
  /** Where in the past the present is being repeated, −1 where it is not; and for how many changes of value. */
  readonly matched: Float64Array;
  readonly runs: Float64Array;
  /** Share of changes that the recent past has as well, and how many changes it rests on. */
  readonly repeats: Float64Array;
  readonly changes: Float64Array;
};

type ReplayOptions = { readonly memory: number; readonly history: number };

/** A place in the past is found by a value and so many before it: single values of few digits are everywhere. */
const CONTEXT = 2;

/** The settings, and room in which the bits of a value are looked at. */
type Pass = ReplayOptions & { readonly bits: DataView };

/**
 * A sensor whose past is played again: its values follow each other exactly as they did before. The score is −ln of the
 * chance of so long a match, judged by how often the field does what it did before at all; so a field of few values
 * needs a long match, and one that never repeats itself a short one. A value that stays counts for nothing,
 * as a stuck sensor repeats nothing but itself.
 */
export const replayCheck = defineIncremental({
  name: 'replay-check',
  version: 1,
  cost: 'moderate',
  options: {
    memory: BASELINE_MEMORY,
    history: { standard: 1024, least: 16, greatest: 1_000_000, whole: true, about: 'values of a field that are kept' },
  },
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width, { history }) => 8 * width * (2 * history + 5),
  begin: ({ width, options: { history } }): ReplayState => ({
    came: new Float64Array(width),
    rings: new Float64Array(width * history).fill(NaN),
    latest: new Float64Array(width * history).fill(-1),
    matched: new Float64Array(width).fill(-1),
    runs: new Float64Array(width),
    repeats: new Float64Array(width),
    changes: new Float64Array(width),
  }),
  learn(state, { values, width, count }, { options }) {
    const pass = passOf(options);
    for (let row = 0; row < count; row++) learnRow(state, values, row * width, pass);
  },
  score(state, { values, width, count }, scores, { options }) {
    const pass = passOf(options);
    for (let row = 0; row < count; row++) scores[row] = greatest(state, values, row * width, pass);
  },
  step(state, { values, width, count }, scores, { options }) {
    const pass = passOf(options);
    for (let row = 0; row < count; row++) {
      scores[row] = greatest(state, values, row * width, pass);
      learnRow(state, values, row * width, pass);
    }
  },
  // Not a number is typical of no field: alone, a value makes no match.
  typical: (state) => new Float64Array(state.came.length).fill(NaN),
  explain(state, { values, width }, shares, { options }) {
    const pass = passOf(options);
    for (let i = 0; i < values.length; i++) shares[i] = surprise(state, i % width, values[i]!, pass);
  },
});

function learnRow(state: ReplayState, values: Float64Array, at: number, pass: Pass): void {
  const { came, rings, latest, matched, runs, repeats, changes } = state;
  const { history, memory } = pass;
  for (let field = 0; field < came.length; field++) {
    const value = values[at + field]!;
    if (value !== value) continue;
    const position = came[field]!;
    const found = follow(state, field, value, pass);
    if (isChange(state, field, value, history)) {
      changes[field] = changes[field]! + 1;
      const known = found >= 0 ? 1 : 0;
      repeats[field] = repeats[field]! + (known - repeats[field]!) / Math.min(changes[field]!, memory);
      runs[field] = found < 0 ? 0 : found === matched[field]! + 1 ? runs[field]! + 1 : 1;
    } else if (found !== matched[field]! + 1) {
      runs[field] = 0;
    }
    matched[field] = found;
    rings[field * history + (position % history)] = value;
    latest[field * history + bucketOf(state, field, value, pass)] = position;
    came[field] = position + 1;
  }
}

function greatest(state: ReplayState, values: Float64Array, at: number, pass: Pass): number {
  let most = 0;
  for (let field = 0; field < state.came.length; field++) {
    const own = surprise(state, field, values[at + field]!, pass);
    if (own > most) most = own;
  }
  return most;
}

/** −ln of the chance of the match that the value would make or go on with. */
function surprise(state: ReplayState, field: number, value: number, pass: Pass): number {
  const found = value === value ? follow(state, field, value, pass) : -1;
  if (found < 0) return 0;
  const before = found === state.matched[field]! + 1 ? state.runs[field]! : 0;
  const run = before + (isChange(state, field, value, pass.history) ? 1 : 0);
  const seen = state.changes[field]!;
  const chance = (state.repeats[field]! * seen + 0.5) / (seen + 1);
  return run * -Math.log(chance);
}

function isChange({ came, rings }: ReplayState, field: number, value: number, history: number): boolean {
  const position = came[field]!;
  return position === 0 || rings[field * history + ((position - 1) % history)] !== value;
}

/**
 * The place in the past that the value goes on with, else the latest one that has it after the same two values; −1
 * where there is none.
 */
function follow(state: ReplayState, field: number, value: number, pass: Pass): number {
  const { history } = pass;
  const position = state.came[field]!;
  const ring = field * history;
  const has = (place: number, back: number, wanted: number): boolean =>
    place >= back && position - place <= history - back && state.rings[ring + ((place - back) % history)] === wanted;
  const next = state.matched[field]! + 1;
  if (next > 0 && next < position && has(next, 0, value)) return next;
  if (position < CONTEXT) return -1;
  const place = state.latest[ring + bucketOf(state, field, value, pass)]!;
  if (place >= position || !has(place, 0, value)) return -1;
  for (let back = 1; back <= CONTEXT; back++) {
    if (!has(place, back, state.rings[ring + ((position - back) % history)]!)) return -1;
  }
  return place;
}

/** Spreads values and the two before them over the buckets, by the bits of the doubles. */
function bucketOf({ came, rings }: ReplayState, field: number, value: number, { bits, history }: Pass): number {
  const position = came[field]!;
  let mixed = 0;
  for (let back = 0; back <= Math.min(CONTEXT, position); back++) {
    bits.setFloat64(0, back === 0 ? value : rings[field * history + ((position - back) % history)]!);
    mixed = Math.imul(mixed ^ bits.getInt32(0) ^ Math.imul(bits.getInt32(4), 0x9e3779b1), 0x85ebca6b);
    mixed ^= mixed >>> 15;
  }
  return (mixed >>> 0) % history;
}

function passOf(options: ReplayOptions): Pass {
  return { ...options, bits: new DataView(new ArrayBuffer(8)) };
}
