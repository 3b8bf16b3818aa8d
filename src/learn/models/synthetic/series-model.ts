import { backwardSolve, cholesky, forwardSolve, nextUniform } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { ModelsError } from '../errors.ts';
import { learnMarginal, scoreOf } from './marginal.ts';
import type { Marginal } from './marginal.ts';
import { learnShifts } from './label-shift.ts';
import type { LabelShift } from './label-shift.ts';
import type { SeriesTable } from './series-table.ts';
import { learnTraits } from './traits.ts';
import type { Traits } from './traits.ts';

export const HOURS = 24;
/** Readings since a cause that are told apart; later ones are alike. */
export const LAGS = 32;
const HOUR_US = 3_600_000_000;

/** A column that is true only at or after a reading of its series in which another one was. */
export interface Cause {
  readonly cause: number;
  readonly effect: number;
  /** How likely the effect is so many readings after the newest cause. */
  readonly chance: Float64Array;
}

/**
 * What series look like: how each column is spread, how it goes with the hour of the day, how readings follow on each
 * other, when the next one comes, what comes before what. Nothing in it is a row.
 */
export interface SeriesModel {
  readonly names: readonly string[];
  readonly marginals: readonly Marginal[];
  /** Mean score by column and hour of the day. */
  readonly season: Float64Array;
  /** Scores of one reading from those before: r' = A r + e. */
  readonly step: Float64Array;
  /** Lower factor of the covariance of e. */
  readonly shock: Float64Array;
  /** What scores are divided by, so that they have variance one. */
  readonly scale: Float64Array;
  readonly gaps: Marginal;
  readonly causes: readonly Cause[];
  /** By column: how its scores go with labels; empty for columns of labels. */
  readonly shifts: readonly (readonly LabelShift[])[];
  readonly traits: Traits;
  readonly begin: number;
}

/**
 * Learns series: a Gaussian copula over a vector autoregression of order one with a season of a day; numbers go with labels
 * as they are spread under each, and labels that a series never changes are drawn once for each.
 *
 * @param rows those to learn from; pairs of them follow on each other where they do in the table
 * @param causes pairs of columns that are true or false
 * @throws {ModelsError} MODELS_CAUSE_UNFIT
 * @see H. Lütkepohl, New Introduction to Multiple Time Series Analysis, 2005, chapter 3
 */
export function learnSeries(
  table: SeriesTable,
  rows: Uint32Array,
  causes: readonly (readonly [cause: string, effect: string])[],
  random: RandomState,
): SeriesModel {
  const width = table.columns.length;
  const marginals = table.columns.map((column) =>
    learnMarginal({ ...column, values: Float64Array.from(rows, (row) => column.values[row] ?? NaN) }),
  );
  const scores = new Float64Array(rows.length * width);
  for (const [at, row] of rows.entries()) {
    for (const [i, column] of table.columns.entries()) {
      const value = column.values[row] ?? NaN;
      scores[at * width + i] = Number.isNaN(value) ? 0 : scoreOf(marginals[i]!, value, nextUniform(random));
    }
  }
  const codes = (at: number, by: number): number => table.columns[by]!.values[rows[at] ?? 0] ?? NaN;
  const shifts = learnShifts(marginals, { scores, width, codes }, random);
  const season = learnSeason(table, rows, scores, width);
  for (const [at, row] of rows.entries()) {
    const hour = hourOf(table.time[row] ?? 0);
    for (let i = 0; i < width; i += 1) scores[at * width + i]! -= season[i * HOURS + hour]!;
  }
  const follows = followers(table, rows);
  const { step, noise } = learnStep(scores, follows, width);
  const shock = cholesky(noise, width) ?? diagonal(noise, width);
  const gaps = Float64Array.from(follows, (at) => (table.time[rows[at]!] ?? 0) - (table.time[rows[at - 1]!] ?? 0));
  return {
    names: table.columns.map(({ name }) => name),
    marginals,
    season,
    step,
    shock,
    scale: learnScale(step, noise, season, width),
    gaps: learnMarginal({
      name: 'gap',
      labels: null,
      whole: true,
      values: gaps.length > 0 ? gaps : Float64Array.of(60_000_000),
    }),
    causes: causes.map((pair) => learnCause(table, rows, pair)),
    shifts,
    traits: learnTraits(table, rows),
    begin: rows.reduce((least, row) => Math.min(least, table.time[row] ?? Infinity), Infinity),
  };
}

export function hourOf(time: number): number {
  return Math.floor(time / HOUR_US) % HOURS;
}

/** Places among rows whose reading follows on the one before, in the table as well. */
function followers({ series }: SeriesTable, rows: Uint32Array): Uint32Array {
  return Uint32Array.from(rows.keys()).filter((at) => {
    const [before, row] = [rows[at - 1], rows[at] ?? 0];
    return before !== undefined && row === before + 1 && series[row] === series[before];
  });
}

/** Hours with few readings have no mean of their own. */
function learnSeason(table: SeriesTable, rows: Uint32Array, scores: Float64Array, width: number): Float64Array {
  const season = new Float64Array(width * HOURS);
  const counts = new Float64Array(HOURS);
  for (const [at, row] of rows.entries()) {
    const hour = hourOf(table.time[row] ?? 0);
    counts[hour]! += 1;
    for (let i = 0; i < width; i += 1) season[i * HOURS + hour]! += scores[at * width + i]!;
  }
  for (let i = 0; i < width; i += 1) {
    for (let hour = 0; hour < HOURS; hour += 1) season[i * HOURS + hour]! /= counts[hour]! + 20;
  }
  return season;
}

function learnStep(
  scores: Float64Array,
  follows: Uint32Array,
  width: number,
): { step: Float64Array; noise: Float64Array } {
  const before = new Float64Array(width * width);
  const across = new Float64Array(width * width);
  for (const at of follows) {
    const [now, then] = [at * width, (at - 1) * width];
    for (let i = 0; i < width; i += 1) {
      for (let j = 0; j < width; j += 1) {
        before[i * width + j]! += scores[then + i]! * scores[then + j]!;
        across[i * width + j]! += scores[now + i]! * scores[then + j]!;
      }
    }
  }
  for (let i = 0; i < width; i += 1) before[i * width + i]! += 1 + 1e-6 * before[i * width + i]!;
  const lower = cholesky(before, width);
  const step = new Float64Array(width * width);
  for (let i = 0; i < width && lower !== undefined; i += 1) {
    const row = across.slice(i * width, (i + 1) * width);
    forwardSolve(lower, row);
    backwardSolve(lower, row);
    step.set(row, i * width);
  }
  calm(step, width);
  const noise = new Float64Array(width * width);
  const error = new Float64Array(width);
  for (const at of follows) {
    for (let i = 0; i < width; i += 1) {
      let sum = scores[at * width + i]!;
      for (let j = 0; j < width; j += 1) sum -= step[i * width + j]! * scores[(at - 1) * width + j]!;
      error[i] = sum;
    }
    for (let i = 0; i < width; i += 1)
      for (let j = 0; j < width; j += 1) noise[i * width + j]! += error[i]! * error[j]!;
  }
  for (let i = 0; i < noise.length; i += 1) noise[i]! /= Math.max(1, follows.length);
  for (let i = 0; i < width; i += 1) noise[i * width + i]! += follows.length === 0 ? 1 : 1e-4;
  return { step, noise };
}

/** Keeps a series from running away: the greatest stretch of the step stays below one. */
function calm(step: Float64Array, width: number): void {
  let vector = new Float64Array(width).fill(1);
  let stretch = 0;
  for (let round = 0; round < 50; round += 1) {
    const next = times(step, vector, width);
    stretch = Math.hypot(...next) / Math.max(1e-300, Math.hypot(...vector));
    vector = next.map((value) => value / Math.max(1e-300, Math.hypot(...next)));
  }
  if (stretch > 0.995) for (let i = 0; i < step.length; i += 1) step[i]! *= 0.995 / stretch;
}

/** The variance that the season and the steps have together, once both have gone on for long. */
function learnScale(step: Float64Array, noise: Float64Array, season: Float64Array, width: number): Float64Array {
  let spread = noise.slice();
  for (let round = 0; round < 1_000; round += 1) {
    const next = noise.slice();
    const half = new Float64Array(width * width);
    for (let i = 0; i < width; i += 1)
      for (let j = 0; j < width; j += 1)
        for (let k = 0; k < width; k += 1) half[i * width + j]! += step[i * width + k]! * spread[k * width + j]!;
    for (let i = 0; i < width; i += 1)
      for (let j = 0; j < width; j += 1)
        for (let k = 0; k < width; k += 1) next[i * width + j]! += half[i * width + k]! * step[j * width + k]!;
    const moved = next.reduce((most, value, i) => Math.max(most, Math.abs(value - spread[i]!)), 0);
    spread = next;
    if (moved < 1e-9) break;
  }
  return Float64Array.from({ length: width }, (_, i) => {
    const hours = season.subarray(i * HOURS, (i + 1) * HOURS);
    return Math.sqrt(spread[i * width + i]! + hours.reduce((sum, value) => sum + value * value, 0) / HOURS) || 1;
  });
}

function learnCause(table: SeriesTable, rows: Uint32Array, [cause, effect]: readonly [string, string]): Cause {
  const find = (name: string): number => {
    const at = table.columns.findIndex((column) => column.name === name);
    if (at >= 0 && table.columns[at]?.labels?.join() === 'false,true') return at;
    throw new ModelsError(
      'MODELS_CAUSE_UNFIT',
      `Cannot keep ${cause} before ${effect}: ${name} is no column of true and false`,
    );
  };
  const [before, after] = [find(cause), find(effect)];
  const [hits, all] = [new Float64Array(LAGS), new Float64Array(LAGS)];
  let [since, series] = [Infinity, -1];
  for (const row of rows) {
    if (table.series[row] !== series) [since, series] = [Infinity, table.series[row] ?? -1];
    since = table.columns[before]?.values[row] === 1 ? 0 : since + 1;
    if (since === Infinity) continue;
    const lag = Math.min(LAGS - 1, since);
    all[lag]! += 1;
    if (table.columns[after]?.values[row] === 1) hits[lag]! += 1;
  }
  return { cause: before, effect: after, chance: hits.map((count, lag) => count / Math.max(1, all[lag]!)) };
}

export function times(matrix: Float64Array, vector: Float64Array, width: number): Float64Array {
  const out = new Float64Array(width);
  for (let i = 0; i < width; i += 1) for (let j = 0; j < width; j += 1) out[i]! += matrix[i * width + j]! * vector[j]!;
  return out;
}

function diagonal(matrix: Float64Array, width: number): Float64Array {
  const out = new Float64Array(width * width);
  for (let i = 0; i < width; i += 1) out[i * width + i] = Math.sqrt(Math.max(1e-12, matrix[i * width + i]!));
  return out;
}
