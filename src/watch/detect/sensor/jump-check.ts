import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { BASELINE_MEMORY } from '../charts/baseline-memory.ts';
import { defineIncremental } from '../define-detector.ts';

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
export const jumpCheck = defineIncremental({
  name: 'jump-check',
  version: 1,
  cost: 'cheap',
  options: { memory: BASELINE_MEMORY },
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width) => 5 * 8 * width,
  begin: ({ width }): JumpState => ({
    ...beginBaseline(width),
    last: new Float64Array(width).fill(NaN),
    changes: new Float64Array(width),
  }),
  learn(state, { values, width, count }, { options }) {
    for (let row = 0; row < count; row++) learnRow(state, values, row * width, options.memory);
  },
  score(state, { values, width, count }, scores) {
    for (let row = 0; row < count; row++) scores[row] = greatest(state, values, row * width);
  },
  step(state, { values, width, count }, scores, { options }) {
    for (let row = 0; row < count; row++) {
      scores[row] = greatest(state, values, row * width);
      learnRow(state, values, row * width, options.memory);
    }
  },
  typical: (state) => state.last,
  explain(state, { values, width }, shares) {
    for (let i = 0; i < values.length; i++) {
      shares[i] = standardise(state, i % width, values[i]! - state.last[i % width]!) ** 2;
    }
  },
});

function learnRow(state: JumpState, values: Float64Array, at: number, memory: number): void {
  const { last, changes } = state;
  for (let field = 0; field < last.length; field++) {
    const value = values[at + field]!;
    changes[field] = value - last[field]!;
    if (value === value) last[field] = value;
  }
  learnBaseline(state, changes, 0, memory);
}

function greatest(state: JumpState, values: Float64Array, at: number): number {
  let most = 0;
  for (let field = 0; field < state.last.length; field++) {
    const jump = Math.abs(standardise(state, field, values[at + field]! - state.last[field]!));
    if (jump > most) most = jump;
  }
  return most;
}
