import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { defineFieldwise } from '../define-fieldwise.ts';
import { BASELINE_MEMORY } from './baseline-memory.ts';

type CusumState = BaselineState & { readonly above: Float64Array; readonly below: Float64Array };

/** A standardised value counts for no more, so that one wild value is not taken for a shift. */
const MOST_SPREADS = 4;

/**
 * Two cumulative sums of each field, of what exceeds `slack` standard deviations above and below: the quickest test for
 * a shift of twice the slack. The usual limit is 4 to 5.
 *
 * A sum is held at `most`, so that it comes back soon after the shift is over or has become normal.
 *
 * @see Page, "Continuous inspection schemes" (1954); Montgomery, "Statistical quality control", tabular form
 */
export const cusumChart = defineFieldwise({
  name: 'cusum-chart',
  version: 1,
  options: {
    memory: BASELINE_MEMORY,
    slack: { standard: 0.5, least: 0, greatest: 10, whole: false, about: 'standard deviations that are let pass, k' },
    most: { standard: 50, least: 1, greatest: 1e6, whole: false, about: 'where a sum is held' },
  },
  stateBytes: (width) => 5 * 8 * width,
  begin: ({ width }): CusumState => ({
    ...beginBaseline(width),
    above: new Float64Array(width),
    below: new Float64Array(width),
  }),
  scoreField: greaterSum,
  learnRow,
  typical: (state) => state.centre,
});

type CusumOptions = { readonly memory: number; readonly slack: number; readonly most: number };

function learnRow(state: CusumState, values: Float64Array, at: number, options: CusumOptions): void {
  for (let field = 0; field < state.above.length; field++) {
    const z = clipped(state, field, values[at + field]!);
    if (z !== z) continue;
    state.above[field] = nextAbove(state, field, z, options);
    state.below[field] = nextBelow(state, field, z, options);
  }
  learnBaseline(state, values, at, options.memory);
}

function greaterSum(state: CusumState, field: number, value: number, options: CusumOptions): number {
  const z = clipped(state, field, value);
  return Math.max(nextAbove(state, field, z, options), nextBelow(state, field, z, options));
}

function nextAbove({ above }: CusumState, field: number, z: number, { slack, most }: CusumOptions): number {
  return Math.min(most, Math.max(0, above[field]! + z - slack));
}

function nextBelow({ below }: CusumState, field: number, z: number, { slack, most }: CusumOptions): number {
  return Math.min(most, Math.max(0, below[field]! - z - slack));
}

/** The standardised value within bounds; NaN where the value is missing. */
function clipped(state: CusumState, field: number, value: number): number {
  if (value !== value) return NaN;
  const z = standardise(state, field, value);
  return z > MOST_SPREADS ? MOST_SPREADS : z < -MOST_SPREADS ? -MOST_SPREADS : z;
}
