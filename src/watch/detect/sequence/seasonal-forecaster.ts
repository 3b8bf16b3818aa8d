import { beginBaseline } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { defineIncremental } from '../define-detector.ts';
import type { OptionsOf } from '../detector.ts';

const GAIN = { least: 0, greatest: 1, whole: false } as const;
const OPTIONS = {
  period: { standard: 24, least: 1, greatest: 10_080, whole: true, about: 'rows of a season' },
  level: { ...GAIN, standard: 0.1, about: 'weight of the newest value in the level, α' },
  season: { ...GAIN, standard: 0.2, about: 'weight of the newest value in the profile of the season, γ' },
  trend: { ...GAIN, standard: 0, about: 'weight of the newest change in the trend, β; 0 for none' },
} as const;

type ForecastOptions = OptionsOf<typeof OPTIONS>;

type ForecastState = BaselineState & {
  /** Trend of each field; `centre` is its level, `spread` that of its errors. */
  readonly trend: Float64Array;
  /** What is added to the level in each row of a season, field after field. */
  readonly profile: Float64Array;
  /** Rows that were learnt. */
  readonly rows: Float64Array;
};

/** An error counts as no more in what is learnt. */
const CLIP = 2;
/** Mean absolute error to standard deviation where errors are normal. */
const ABSOLUTE_TO_SIGMA = 1.2533;
const MEMORY = 500;

/**
 * How far a row lies from what its season and level forecast, in robust standard deviations of the errors so far: the
 * greatest of its fields. Additive exponential smoothing by Holt and Winters; wild values are clipped before they are
 * learnt, so that one does not spoil the season to come.
 *
 * In the first season there is no profile: what is forecast is the level.
 *
 * @see Winters, "Forecasting sales by exponentially weighted moving averages" (1960); Gelper, Fried and Croux, "Robust
 *   forecasting with exponential and Holt-Winters smoothing" (2010) for the clipping
 */
export const seasonalForecaster = defineIncremental({
  name: 'seasonal-forecaster',
  version: 1,
  cost: 'cheap',
  options: OPTIONS,
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width, { period }) => 8 * (4 * width + period * width + 1),
  begin: ({ width, options }): ForecastState => ({
    ...beginBaseline(width),
    trend: new Float64Array(width),
    profile: new Float64Array(options.period * width),
    rows: new Float64Array(1),
  }),
  learn(state, { values, width, count }, { options }) {
    for (let row = 0; row < count; row++) learnRow(state, values, row * width, options);
  },
  score(state, { values, width, count }, scores, { options }) {
    for (let row = 0; row < count; row++) scores[row] = greatestError(state, values, row * width, options);
  },
  step(state, { values, width, count }, scores, { options }) {
    for (let row = 0; row < count; row++) {
      scores[row] = greatestError(state, values, row * width, options);
      learnRow(state, values, row * width, options);
    }
  },
  typical: (state) => state.centre,
  explain(state, { values, width }, shares, { options }) {
    for (let i = 0; i < values.length; i++) shares[i] = errorOf(state, i % width, values[i]!, options) ** 2;
  },
  fault: ({ rows, profile }, width, { period }) =>
    rows[0]! >= 0 && profile.length === width * period ? undefined : 'its profile does not fit',
});

function phaseOf({ rows }: ForecastState, field: number, { period }: ForecastOptions): number {
  return field * period + (rows[0]! % period);
}

function forecastOf(state: ForecastState, field: number, options: ForecastOptions): number {
  return state.centre[field]! + state.trend[field]! + state.profile[phaseOf(state, field, options)]!;
}

/** The error of the forecast in standard deviations; 0 where the value is missing or nothing is known. */
function errorOf(state: ForecastState, field: number, value: number, options: ForecastOptions): number {
  if (value !== value || state.counts[field]! < 2) return 0;
  return Math.abs(value - forecastOf(state, field, options)) / leastSpread(state, field);
}

function greatestError(state: ForecastState, values: Float64Array, at: number, options: ForecastOptions): number {
  let greatest = 0;
  for (let field = 0; field < state.centre.length; field++) {
    const error = errorOf(state, field, values[at + field]!, options);
    if (error > greatest) greatest = error;
  }
  return greatest;
}

function learnRow(state: ForecastState, values: Float64Array, at: number, options: ForecastOptions): void {
  const { centre, spread, counts, trend, profile, rows } = state;
  const first = rows[0]! < options.period;
  for (let field = 0; field < centre.length; field++) {
    const value = values[at + field]!;
    if (value !== value) continue;
    const seen = counts[field]! + 1;
    counts[field] = seen;
    if (seen === 1) {
      centre[field] = value;
      continue;
    }
    const error = value - forecastOf(state, field, options);
    const gain = 1 / Math.min(seen - 1, MEMORY);
    const most = CLIP * leastSpread(state, field);
    // While there is no spread to clip by, and in the first season, all counts in full.
    const clipped = seen <= 8 || first ? error : Math.min(most, Math.max(-most, error));
    const widened = Math.min(Math.abs(error), 4 * most);
    spread[field] = spread[field]! + gain * (ABSOLUTE_TO_SIGMA * (first ? Math.abs(error) : widened) - spread[field]!);
    const phase = phaseOf(state, field, options);
    const level = centre[field]!;
    // In the first season the profile is what differs from the level, which holds still more than later.
    const weight = first ? Math.min(options.level, 1 / seen) : options.level;
    centre[field] = level + trend[field]! + weight * clipped;
    trend[field] = trend[field]! + options.trend * weight * clipped;
    profile[phase] = profile[phase]! + (first ? 1 - weight : options.season * (1 - weight)) * clipped;
  }
  rows[0] = rows[0]! + 1;
}

function leastSpread({ centre, spread }: ForecastState, field: number): number {
  return Math.max(spread[field]!, 1e-9 * Math.abs(centre[field]!), Number.MIN_VALUE * 1e10);
}
