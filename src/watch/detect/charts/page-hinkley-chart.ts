import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { defineFieldwise } from '../define-fieldwise.ts';
import { BASELINE_MEMORY } from './baseline-memory.ts';

type HinkleyState = BaselineState & {
  /** For each field the sum of what exceeds the slack, and the least that it has been; above, then below. */
  readonly sums: Float64Array;
  readonly least: Float64Array;
};

type HinkleyOptions = { readonly memory: number; readonly slack: number; readonly fading: number };

/** A standardised value counts for no more, so that one wild value is not taken for a shift. */
const MOST_SPREADS = 4;

/**
 * The test of Page and Hinkley on each field: how far the sum of standardised values, less a slack, has risen above the
 * least that it has been. Older values fade, so that a smaller shift than that of a cumulative sum is seen, later.
 *
 * @see Hinkley, "Inference about the change-point from cumulative sum tests" (1971); Gama et al., "A survey on concept
 *   drift adaptation" (2014), with fading
 */
export const pageHinkleyChart = defineFieldwise({
  name: 'page-hinkley-chart',
  version: 1,
  options: {
    memory: BASELINE_MEMORY,
    slack: { standard: 0.25, least: 0, greatest: 10, whole: false, about: 'standard deviations that are let pass, δ' },
    fading: {
      standard: 0.999,
      least: 0.5,
      greatest: 1,
      whole: false,
      about: 'weight of the sum so far in the next, α',
    },
  },
  stateBytes: (width) => 7 * 8 * width,
  begin: ({ width }): HinkleyState => ({
    ...beginBaseline(width),
    sums: new Float64Array(2 * width),
    least: new Float64Array(2 * width),
  }),
  scoreField: riseOf,
  learnRow,
  typical: (state) => state.centre,
});

function learnRow(state: HinkleyState, values: Float64Array, at: number, options: HinkleyOptions): void {
  const { sums, least } = state;
  for (let field = 0; field < state.centre.length; field++) {
    const z = clipped(state, field, values[at + field]!);
    if (z !== z) continue;
    for (let side = 0; side < 2; side++) {
      const place = 2 * field + side;
      const sum = nextSum(sums[place]!, side === 0 ? z : -z, options);
      sums[place] = sum;
      if (sum < least[place]!) least[place] = sum;
    }
  }
  learnBaseline(state, values, at, options.memory);
}

/** How far either sum has risen, with this value in it. */
function riseOf(state: HinkleyState, field: number, value: number, options: HinkleyOptions): number {
  const z = clipped(state, field, value);
  const above = nextSum(state.sums[2 * field]!, z, options) - state.least[2 * field]!;
  const below = nextSum(state.sums[2 * field + 1]!, -z, options) - state.least[2 * field + 1]!;
  return Math.max(0, above, below);
}

function nextSum(sum: number, z: number, { slack, fading }: HinkleyOptions): number {
  return fading * sum + z - slack;
}

/** The standardised value within bounds; NaN where the value is missing. */
function clipped(state: HinkleyState, field: number, value: number): number {
  if (value !== value) return NaN;
  const z = standardise(state, field, value);
  return z > MOST_SPREADS ? MOST_SPREADS : z < -MOST_SPREADS ? -MOST_SPREADS : z;
}
