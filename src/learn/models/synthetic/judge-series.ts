import type { RandomState } from '#learn/features/index.ts';
import { nextInteger } from '#learn/features/index.ts';
import { scoreOf } from './marginal.ts';
import { nearestDistance } from './rare-rows.ts';
import type { RareRows } from './rare-rows.ts';
import { hourOf, HOURS } from './series-model.ts';
import type { SeriesModel } from './series-model.ts';
import type { SeriesTable } from './series-table.ts';

/** What synthetic rows are worth, and what they give away. Distances of distributions run from 0 (alike) to 1. */
export interface SyntheticReport {
  readonly rows: { readonly learnt: number; readonly held: number; readonly made: number };
  readonly utility: {
    /** Greatest difference of the cumulative shares, of each column. @see Kolmogorov and Smirnov */
    readonly marginals: Readonly<Record<string, number>>;
    /** Mean difference of the correlations of columns. */
    readonly correlations: number;
    /** The pair of columns whose correlation differs most, and by how much; null where there is no pair. */
    readonly worstPair: { readonly columns: readonly [string, string]; readonly difference: number } | null;
    /** Mean difference of the correlation of one reading with the next. */
    readonly steps: number;
    /** Mean difference of the hourly means, in standard deviations. */
    readonly season: number;
    /** Rows with an effect before its cause. */
    readonly effectsBeforeCause: number;
  };
  readonly leakage: {
    /** Median distance to the closest row that was learnt, and that was held back: alike where nothing was copied. */
    readonly distanceToLearnt: number;
    readonly distanceToHeld: number;
    /** Share of synthetic rows that are nearer to a learnt row than to a held one; a half where nothing was copied. */
    readonly nearerToLearnt: number;
    /** How well distances tell learnt rows from held ones (area under the ROC curve); a half tells nothing. */
    readonly membership: number;
    readonly rareRows: number;
    /** Synthetic rows that are near-copies of a rare one. */
    readonly nearRare: number;
  };
}

const SAMPLE = 1_500;

/**
 * Compares synthetic rows with those that were learnt and those that were held back.
 *
 * @see J. Jordon et al., Synthetic Data: what, why and how, 2022; M. Platzer, T. Reutterer, Holdout-Based Empirical Assessment, 2021
 */
export function judgeSeries(
  model: SeriesModel,
  real: SeriesTable,
  { learnt, held }: { readonly learnt: Uint32Array; readonly held: Uint32Array },
  made: SeriesTable,
  rare: RareRows,
  random: RandomState,
): SyntheticReport {
  const all = Uint32Array.from({ length: made.rows }, (_, row) => row);
  const [learntScores, heldScores] = [
    scoreRows(model, real, sample(learnt, random)),
    scoreRows(model, real, sample(held, random)),
  ];
  const madeScores = scoreRows(model, made, sample(all, random));
  const toLearnt = madeScores.map((row) => nearestDistance(row, learntScores));
  const toHeld = madeScores.map((row) => nearestDistance(row, heldScores));
  const nearer =
    toLearnt.filter((distance, i) => distance < toHeld[i]!).length +
    toLearnt.filter((distance, i) => distance === toHeld[i]!).length / 2;
  return {
    rows: { learnt: learnt.length, held: held.length, made: made.rows },
    utility: {
      marginals: Object.fromEntries(
        model.names.map((name, i) => [name, spreadDistance(real.columns[i]!.values, made.columns[i]!.values)]),
      ),
      correlations: meanDifference(correlations(learntScores), correlations(madeScores)),
      worstPair: worstPair(model.names, correlations(learntScores), correlations(madeScores)),
      steps: meanDifference(stepCorrelations(model, real, learnt), stepCorrelations(model, made, all)),
      season: meanDifference(hourlyMeans(model, real, learnt), hourlyMeans(model, made, all)),
      effectsBeforeCause: effectsBeforeCause(model, made),
    },
    leakage: {
      distanceToLearnt: median(toLearnt),
      distanceToHeld: median(toHeld),
      nearerToLearnt: nearer / Math.max(1, madeScores.length),
      membership: areaUnder(
        learntScores.map((row) => -nearestDistance(row, madeScores)),
        heldScores.map((row) => -nearestDistance(row, madeScores)),
      ),
      rareRows: rare.count,
      nearRare: rare.near(madeScores),
    },
  };
}

/** Normal scores of some rows, missing values in the middle. */
export function scoreRows(model: SeriesModel, table: SeriesTable, rows: Uint32Array): Float64Array[] {
  return Array.from(rows, (row) =>
    Float64Array.from(table.columns, ({ values }, i) => {
      const value = values[row] ?? NaN;
      return Number.isNaN(value) ? 0 : scoreOf(model.marginals[i]!, value, 0.5);
    }),
  );
}

function sample(rows: Uint32Array, random: RandomState): Uint32Array {
  if (rows.length <= SAMPLE) return rows;
  return Uint32Array.from({ length: SAMPLE }, () => rows[nextInteger(random, rows.length)]!);
}

function spreadDistance(a: Float64Array, b: Float64Array): number {
  const [left, right] = [a, b].map((values) => values.filter((value) => !Number.isNaN(value)).sort());
  let [i, j, most] = [0, 0, 0];
  while (left !== undefined && right !== undefined && i < left.length && j < right.length) {
    const value = Math.min(left[i]!, right[j]!);
    while (i < left.length && left[i]! <= value) i += 1;
    while (j < right.length && right[j]! <= value) j += 1;
    most = Math.max(most, Math.abs(i / left.length - j / right.length));
  }
  return most;
}

function correlations(rows: readonly Float64Array[]): readonly number[] {
  const width = rows[0]?.length ?? 0;
  const out: number[] = [];
  for (let i = 0; i < width; i += 1)
    for (let j = 0; j < i; j += 1)
      out.push(
        correlation(
          rows.map((row) => row[i]!),
          rows.map((row) => row[j]!),
        ),
      );
  return out;
}

/** In the order of `correlations`. */
function worstPair(names: readonly string[], real: readonly number[], made: readonly number[]) {
  let worst: SyntheticReport['utility']['worstPair'] = null;
  for (let [i, at] = [1, 0]; i < names.length; i += 1)
    for (let j = 0; j < i; j += 1, at += 1) {
      const difference = Math.abs(real[at]! - made[at]!);
      if (worst === null || difference > worst.difference) worst = { columns: [names[j]!, names[i]!], difference };
    }
  return worst;
}

function stepCorrelations(model: SeriesModel, table: SeriesTable, rows: Uint32Array): readonly number[] {
  const pairs: [number, number][] = [];
  const stride = Math.max(1, Math.floor(rows.length / 20_000));
  for (let at = 1; at < rows.length; at += stride) {
    const [before, row] = [rows[at - 1]!, rows[at]!];
    if (row === before + 1 && table.series[row] === table.series[before]) pairs.push([before, row]);
  }
  const [first, second] = [0, 1].map((side) =>
    scoreRows(
      model,
      table,
      Uint32Array.from(pairs, (pair) => pair[side]!),
    ),
  );
  return model.names.map((_, i) =>
    correlation(
      first!.map((row) => row[i]!),
      second!.map((row) => row[i]!),
    ),
  );
}

function hourlyMeans(model: SeriesModel, table: SeriesTable, rows: Uint32Array): readonly number[] {
  const width = model.names.length;
  const [sums, counts] = [new Float64Array(width * HOURS), new Float64Array(HOURS)];
  const stride = Math.max(1, Math.floor(rows.length / 50_000));
  const some = Uint32Array.from({ length: Math.ceil(rows.length / stride) }, (_, i) => rows[i * stride]!);
  for (const [at, scores] of scoreRows(model, table, some).entries()) {
    const hour = hourOf(table.time[some[at]!]!);
    counts[hour]! += 1;
    for (let i = 0; i < width; i += 1) sums[i * HOURS + hour]! += scores[i]!;
  }
  return Array.from(sums, (sum, i) => sum / (counts[i % HOURS]! + 20));
}

function effectsBeforeCause({ causes }: SeriesModel, { rows, series, columns }: SeriesTable): number {
  let broken = 0;
  for (const { cause, effect } of causes) {
    let [seen, whose] = [false, -1];
    for (let row = 0; row < rows; row += 1) {
      if (series[row] !== whose) [seen, whose] = [false, series[row]!];
      if (columns[cause]!.values[row] === 1) seen = true;
      else if (columns[effect]!.values[row] === 1 && !seen) broken += 1;
    }
  }
  return broken;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
  const [left, right] = [mean(a), mean(b)];
  let [both, one, other] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    both += (a[i]! - left) * (b[i]! - right);
    one += (a[i]! - left) ** 2;
    other += (b[i]! - right) ** 2;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : 0;
}

function meanDifference(a: readonly number[], b: readonly number[]): number {
  return a.length === 0 ? 0 : a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** The share of pairs in which the first is above the second. */
function areaUnder(first: readonly number[], second: readonly number[]): number {
  const sorted = second.toSorted((a, b) => a - b);
  let sum = 0;
  for (const value of first) {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    sum += low;
  }
  return first.length * second.length === 0 ? 0.5 : sum / (first.length * second.length);
}
