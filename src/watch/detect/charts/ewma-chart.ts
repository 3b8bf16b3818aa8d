import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { defineIncremental } from '../define-detector.ts';
import { BASELINE_MEMORY } from './baseline-memory.ts';
import { beginWander, inWander, learnWander } from './field-wander.ts';
import type { FieldWander } from './field-wander.ts';

type EwmaState = BaselineState & {
  /** Smoothed standardised value of each field. */
  readonly smoothed: Float64Array;
  /** (1 − λ)^2t of each field: how unsettled its average still is. */
  readonly unsettled: Float64Array;
  readonly wander: FieldWander;
};

/** A standardised value counts for no more, so that one wild value is not taken for a shift. */
const MOST_SPREADS = 4;

/**
 * An exponentially weighted moving average of each field, in standard deviations of that average: sees small shifts
 * that last, which no single value shows. The usual limit is 2.7 to 3. A field that always wanders is held against that.
 *
 * @see Roberts (1959); Lucas and Saccucci, "Exponentially weighted moving average control schemes" (1990)
 */
export const ewmaChart = defineIncremental({
  name: 'ewma-chart',
  version: 2,
  cost: 'cheap',
  options: {
    memory: BASELINE_MEMORY,
    weight: { standard: 0.1, least: 0.001, greatest: 1, whole: false, about: 'of the newest value in the average, λ' },
  },
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width) => 6 * 8 * width,
  begin: ({ width }): EwmaState => ({
    ...beginBaseline(width),
    smoothed: new Float64Array(width),
    unsettled: new Float64Array(width).fill(1),
    wander: beginWander(width),
  }),
  learn(state, { values, width, count }, { options }) {
    for (let row = 0; row < count; row++) learnRow(state, values, row * width, options);
  },
  score(state, { values, width, count }, scores, { options }) {
    for (let row = 0; row < count; row++) scores[row] = greatestShift(state, values, row * width, options.weight);
  },
  step(state, { values, width, count }, scores, { options }) {
    for (let row = 0; row < count; row++) {
      scores[row] = greatestShift(state, values, row * width, options.weight);
      learnRow(state, values, row * width, options);
    }
  },
  typical: (state) => state.centre,
  explain(state, { values, width }, shares, { options }) {
    for (let i = 0; i < values.length; i++) shares[i] = shiftOf(state, i % width, values[i]!, options.weight) ** 2;
  },
});

function learnRow(
  state: EwmaState,
  values: Float64Array,
  at: number,
  { memory, weight }: { readonly memory: number; readonly weight: number },
): void {
  const { smoothed, unsettled, wander, counts } = state;
  for (let field = 0; field < smoothed.length; field++) {
    const value = values[at + field]!;
    if (value !== value) continue;
    smoothed[field] = (1 - weight) * smoothed[field]! + weight * clipped(state, field, value);
    unsettled[field] = unsettled[field]! * (1 - weight) ** 2;
    const far = Math.abs(smoothed[field]!) / Math.sqrt((weight / (2 - weight)) * (1 - unsettled[field]!));
    learnWander(wander, field, far, counts[field]! + 1, memory);
  }
  learnBaseline(state, values, at, memory);
}

function greatestShift(state: EwmaState, values: Float64Array, at: number, weight: number): number {
  let greatest = 0;
  for (let field = 0; field < state.smoothed.length; field++) {
    const shift = shiftOf(state, field, values[at + field]!, weight);
    if (shift > greatest) greatest = shift;
  }
  return greatest;
}

/** The average with this value in it, in its standard deviations: σ² λ / (2 − λ) · (1 − (1 − λ)^2t). */
function shiftOf(state: EwmaState, field: number, value: number, weight: number): number {
  if (value !== value) return 0;
  const average = (1 - weight) * state.smoothed[field]! + weight * clipped(state, field, value);
  const settled = 1 - state.unsettled[field]! * (1 - weight) ** 2;
  return inWander(state.wander, field, Math.abs(average) / Math.sqrt((weight / (2 - weight)) * settled));
}

function clipped(state: EwmaState, field: number, value: number): number {
  const z = standardise(state, field, value);
  return z > MOST_SPREADS ? MOST_SPREADS : z < -MOST_SPREADS ? -MOST_SPREADS : z;
}
