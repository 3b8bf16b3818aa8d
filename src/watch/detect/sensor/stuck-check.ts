import { BASELINE_MEMORY } from '../charts/baseline-memory.ts';
import { defineFieldwise } from '../define-fieldwise.ts';

type StuckState = {
  /** The last value of each field; NaN before the first. */
  readonly last: Float64Array;
  /** How often it has been repeated without a break. */
  readonly runs: Float64Array;
  /** Share of values that repeat the one before, and how many it rests on. */
  readonly repeats: Float64Array;
  readonly counts: Float64Array;
};

/**
 * A sensor that is stuck: a value repeated so often that its field's usual repetitions do not explain it. The score is
 * −ln of the chance of so long a run, so a field that seldom changes is not held to be stuck, and one that never
 * repeats is after a few rows.
 */
export const stuckCheck = defineFieldwise({
  name: 'stuck-check',
  version: 1,
  options: { memory: BASELINE_MEMORY },
  stateBytes: (width) => 4 * 8 * width,
  begin: ({ width }): StuckState => ({
    last: new Float64Array(width).fill(NaN),
    runs: new Float64Array(width),
    repeats: new Float64Array(width),
    counts: new Float64Array(width),
  }),
  scoreField: surprise,
  scoreRow,
  learnRow,
  typical: (state) => state.last,
});

function scoreRow(state: StuckState, values: Float64Array, at: number, scores: Float64Array): void {
  for (let field = 0; field < state.last.length; field++) {
    const value = values[at + field]!;
    scores[at + field] = value === value ? surprise(state, field, value) : NaN;
  }
}

function learnRow(
  { last, runs, repeats, counts }: StuckState,
  values: Float64Array,
  at: number,
  { memory }: { readonly memory: number },
): void {
  for (let field = 0; field < last.length; field++) {
    const value = values[at + field]!;
    if (value !== value) continue;
    const repeated = value === last[field] ? 1 : 0;
    const seen = counts[field]! + 1;
    counts[field] = seen;
    repeats[field] = repeats[field]! + (repeated - repeats[field]!) / Math.min(seen, memory);
    runs[field] = repeated === 1 ? runs[field]! + 1 : 0;
    last[field] = value;
  }
}

/** −ln of the chance of the run that the value would make; 0 where it makes none. */
function surprise({ last, runs, repeats, counts }: StuckState, field: number, value: number): number {
  if (value !== last[field]) return 0;
  const seen = counts[field]!;
  // Half a repetition is taken for granted, so that what was never seen is not impossible.
  const chance = (repeats[field]! * seen + 0.5) / (seen + 1);
  return (runs[field]! + 1) * -Math.log(chance);
}
