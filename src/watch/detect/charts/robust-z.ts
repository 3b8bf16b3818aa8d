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
  learnRow: (state, values, at, { memory }) => learnBaseline(state, values, at, memory),
  typical: (state) => state.centre,
});
