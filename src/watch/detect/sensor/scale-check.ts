import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { BASELINE_MEMORY } from '../charts/baseline-memory.ts';
import { defineFieldwise } from '../define-fieldwise.ts';

type ScaleState = BaselineState & {
  /** Moving average of how far values lie from their centre, in spreads. */
  readonly away: Float64Array;
  /** (1 − λ)^2t of each field: how unsettled its average still is. */
  readonly unsettled: Float64Array;
};

/** Mean and deviation of the distance of normal values from their mean, in standard deviations: √(2/π), √(1 − 2/π). */
const MEAN = 0.7979;
const DEVIATION = 0.6028;
/** A value counts for no more spreads, so that one wild value is not taken for another scale. */
const MOST_SPREADS = 8;
/** Values of a field before its spread is known well enough to be held against. */
const SETTLES = 64;

/**
 * A sensor whose signal is scaled: its values lie farther from their centre than they used to, or less far. A moving
 * average of the distance, in standard deviations of that average.
 *
 * @see MacGregor and Harris, "The exponentially weighted moving variance" (1993), with the mean absolute deviation
 */
export const scaleCheck = defineFieldwise({
  name: 'scale-check',
  version: 3,
  options: {
    memory: BASELINE_MEMORY,
    weight: { standard: 0.05, least: 0.001, greatest: 1, whole: false, about: 'of the newest value in the average, λ' },
  },
  stateBytes: (width) => 5 * 8 * width,
  begin: ({ width }): ScaleState => ({
    ...beginBaseline(width),
    away: new Float64Array(width).fill(MEAN),
    unsettled: new Float64Array(width).fill(1),
  }),
  scoreField: (state, field, value, { weight }) => shiftOf(state, field, value, weight, (1 - weight) ** 2),
  scoreRow,
  learnRow,
  typical: (state) => state.centre,
});

function scoreRow(
  state: ScaleState,
  values: Float64Array,
  at: number,
  scores: Float64Array,
  { weight }: { readonly weight: number },
): void {
  const settling = (1 - weight) ** 2;
  for (let field = 0; field < state.away.length; field++) {
    const value = values[at + field]!;
    scores[at + field] = value === value ? shiftOf(state, field, value, weight, settling) : NaN;
  }
}

function learnRow(
  state: ScaleState,
  values: Float64Array,
  at: number,
  { memory, weight }: { readonly memory: number; readonly weight: number },
): void {
  const settling = (1 - weight) ** 2;
  for (let field = 0; field < state.away.length; field++) {
    const value = values[at + field]!;
    if (value !== value || state.counts[field]! < SETTLES) continue;
    state.away[field] = averaged(state, field, value, weight);
    state.unsettled[field] = state.unsettled[field]! * settling;
  }
  learnBaseline(state, values, at, memory);
}

/** @param settling (1 − λ)² */
function shiftOf(state: ScaleState, field: number, value: number, weight: number, settling: number): number {
  if (state.counts[field]! < SETTLES) return NaN;
  const deviation = deviationOf(state.unsettled[field]! * settling, weight);
  return changeOf(averaged(state, field, value, weight)) / deviation;
}

/** How far the average is from its mean; below it by the logarithm, or values that hardly vary would be no farther than 1. */
function changeOf(away: number): number {
  return away >= MEAN ? away - MEAN : MEAN * Math.log(MEAN / Math.max(away, 1e-9));
}

/** The standard deviation of the average. */
function deviationOf(unsettled: number, weight: number): number {
  return DEVIATION * Math.sqrt((weight / (2 - weight)) * (1 - unsettled));
}

function averaged(state: ScaleState, field: number, value: number, weight: number): number {
  const away = Math.min(MOST_SPREADS, Math.abs(standardise(state, field, value)));
  return (1 - weight) * state.away[field]! + weight * away;
}
