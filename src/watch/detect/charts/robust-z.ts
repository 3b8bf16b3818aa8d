import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { defineFieldwise } from '../define-fieldwise.ts';
import { BASELINE_MEMORY } from './baseline-memory.ts';

/**
 * How far a row lies from a running robust mean, in running robust standard deviations: the greatest of its fields.
 *
 * The first detector of every field: it sees single wild values, in any field, from a handful of rows on.
 */
export const robustZ = defineFieldwise({
  name: 'robust-z',
  version: 1,
  options: { memory: BASELINE_MEMORY },
  stateBytes: (width) => 3 * 8 * width,
  begin: ({ width }): BaselineState => beginBaseline(width),
  scoreField: (state, field, value) => Math.abs(standardise(state, field, value)),
  scoreRow,
  learnRow: (state, values, at, { memory }) => learnBaseline(state, values, at, memory),
  typical: (state) => state.centre,
});

function scoreRow(state: BaselineState, values: Float64Array, at: number, scores: Float64Array): void {
  for (let field = 0; field < state.centre.length; field++) {
    const value = values[at + field]!;
    scores[at + field] = value === value ? Math.abs(standardise(state, field, value)) : NaN;
  }
}
