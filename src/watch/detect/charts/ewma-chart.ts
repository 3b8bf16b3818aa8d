import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { defineFieldwise } from '../define-fieldwise.ts';
import { BASELINE_MEMORY } from './baseline-memory.ts';

type EwmaState = BaselineState & {
  /** Smoothed standardised value of each field. */
  readonly smoothed: Float64Array;
  /** (1 − λ)^2t of each field: how unsettled its average still is. */
  readonly unsettled: Float64Array;
};

/** A standardised value counts for no more, so that one wild value is not taken for a shift. */
const MOST_SPREADS = 4;

/**
 * An exponentially weighted moving average of each field, in standard deviations of that average: sees small shifts
 * that last, which no single value shows. The usual limit is 2.7 to 3.
 *
 * @see Roberts (1959); Lucas and Saccucci, "Exponentially weighted moving average control schemes" (1990)
 */
export const ewmaChart = defineFieldwise({
  name: 'ewma-chart',
  version: 3,
  options: {
    memory: BASELINE_MEMORY,
    weight: { standard: 0.1, least: 0.001, greatest: 1, whole: false, about: 'of the newest value in the average, λ' },
  },
  stateBytes: (width) => 5 * 8 * width,
  begin: ({ width }): EwmaState => ({
    ...beginBaseline(width),
    smoothed: new Float64Array(width),
    unsettled: new Float64Array(width).fill(1),
  }),
  scoreField: (state, field, value, { weight }) => shiftOf(state, field, value, weight, (1 - weight) ** 2),
  scoreRow,
  learnRow,
  typical: (state) => state.centre,
});

function scoreRow(
  state: EwmaState,
  values: Float64Array,
  at: number,
  scores: Float64Array,
  { weight }: { readonly weight: number },
): void {
  const settling = (1 - weight) ** 2;
  for (let field = 0; field < state.smoothed.length; field++) {
    const value = values[at + field]!;
    scores[at + field] = value === value ? shiftOf(state, field, value, weight, settling) : NaN;
  }
}

function learnRow(
  state: EwmaState,
  values: Float64Array,
  at: number,
  { memory, weight }: { readonly memory: number; readonly weight: number },
): void {
  const { smoothed, unsettled } = state;
  const settling = (1 - weight) ** 2;
  for (let field = 0; field < smoothed.length; field++) {
    const value = values[at + field]!;
    if (value !== value) continue;
    smoothed[field] = (1 - weight) * smoothed[field]! + weight * clipped(state, field, value);
    unsettled[field] = unsettled[field]! * settling;
  }
  learnBaseline(state, values, at, memory);
}

/**
 * The average with this value in it, in its standard deviations: σ² λ / (2 − λ) · (1 − (1 − λ)^2t).
 *
 * @param settling (1 − λ)²
 */
function shiftOf(state: EwmaState, field: number, value: number, weight: number, settling: number): number {
  const average = (1 - weight) * state.smoothed[field]! + weight * clipped(state, field, value);
  const settled = 1 - state.unsettled[field]! * settling;
  return Math.abs(average) / Math.sqrt((weight / (2 - weight)) * settled);
}

function clipped(state: EwmaState, field: number, value: number): number {
  const z = standardise(state, field, value);
  return z > MOST_SPREADS ? MOST_SPREADS : z < -MOST_SPREADS ? -MOST_SPREADS : z;
}
