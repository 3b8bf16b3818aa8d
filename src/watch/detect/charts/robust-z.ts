import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { defineIncremental } from '../define-detector.ts';
import type { Rows } from '../rows.ts';
import { BASELINE_MEMORY } from './baseline-memory.ts';

/**
 * How far a row lies from a running robust mean, in running robust standard deviations: the greatest of its fields.
 *
 * The first detector of every field: it sees single wild values, in any field, from a handful of rows on.
 */
export const robustZ = defineIncremental({
  name: 'robust-z',
  version: 1,
  cost: 'cheap',
  options: { memory: BASELINE_MEMORY },
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width) => 3 * 8 * width,
  begin: ({ width }): BaselineState => beginBaseline(width),
  learn(state, { values, width, count }, { options }) {
    for (let row = 0; row < count; row++) learnBaseline(state, values, row * width, options.memory);
  },
  score(state, rows, scores) {
    for (let row = 0; row < rows.count; row++) scores[row] = greatestZ(state, rows, row);
  },
  step(state, rows, scores, { options }) {
    for (let row = 0; row < rows.count; row++) {
      scores[row] = greatestZ(state, rows, row);
      learnBaseline(state, rows.values, row * rows.width, options.memory);
    }
  },
  typical: (state) => state.centre,
  explain(state, { values, width }, shares) {
    for (let i = 0; i < values.length; i++) shares[i] = standardise(state, i % width, values[i]!) ** 2;
  },
});

function greatestZ(state: BaselineState, { values, width }: Rows, row: number): number {
  let greatest = 0;
  for (let field = 0; field < width; field++) {
    const z = Math.abs(standardise(state, field, values[row * width + field]!));
    if (z > greatest) greatest = z;
  }
  return greatest;
}
