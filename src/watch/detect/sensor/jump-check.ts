import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { BASELINE_MEMORY } from '../charts/baseline-memory.ts';
import { defineFieldwise } from '../define-fieldwise.ts';

type JumpState = BaselineState & {
  /** The last value of each field; NaN before the first. */
  readonly last: Float64Array;
  /** Room for the changes of a row. */
  readonly changes: Float64Array;
};

/**
 * A signal that was spliced, or a sensor that was swapped: a change from one value to the next that is far from the
 * field's usual ones, in robust standard deviations of them. The values themselves may both be usual.
 */
export const jumpCheck = defineFieldwise({
  name: 'jump-check',
  version: 1,
  options: { memory: BASELINE_MEMORY },
  stateBytes: (width) => 5 * 8 * width,
  begin: ({ width }): JumpState => ({
    ...beginBaseline(width),
    last: new Float64Array(width).fill(NaN),
    changes: new Float64Array(width),
  }),
  scoreField: (state, field, value) => Math.abs(standardise(state, field, value - state.last[field]!)),
  scoreRow,
  learnRow,
  typical: (state) => state.last,
});

function scoreRow(state: JumpState, values: Float64Array, at: number, scores: Float64Array): void {
  for (let field = 0; field < state.last.length; field++) {
    const value = values[at + field]!;
    scores[at + field] = value === value ? Math.abs(standardise(state, field, value - state.last[field]!)) : NaN;
  }
}

function learnRow(state: JumpState, values: Float64Array, at: number, { memory }: { readonly memory: number }): void {
  const { last, changes } = state;
  for (let field = 0; field < last.length; field++) {
    const value = values[at + field]!;
    changes[field] = value - last[field]!;
    if (value === value) last[field] = value;
  }
  learnBaseline(state, changes, 0, memory);
}
