import { checkFeatures, checkRows, columnsOf } from './feature.ts';
import type { Feature } from './feature.ts';
import { phaseOf } from './feature-stream.ts';
import { solveNormal } from './least-squares.ts';
import { medianOf, robustCentre } from './order-statistics.ts';

/**
 * Features of all rows of a device at once, such as a query gives: each column straight from its definition, without
 * state. The same as a `FeatureStream` gives for the same rows in the same order.
 *
 * @param times epoch microseconds of each row
 * @param values row after row; NaN is a missing value
 * @returns the features, row after row; NaN where there is none
 * @throws {FeaturesError} FEATURES_DEFINITION_INVALID
 */
export function computeFeatures(
  features: readonly Feature[],
  times: Float64Array,
  values: Float64Array,
  width: number,
): Float64Array {
  checkFeatures(features, width);
  checkRows(times, values, width);
  const columns = features.reduce((sum, feature) => sum + columnsOf(feature), 0);
  const out = new Float64Array(times.length * columns).fill(NaN);
  const rows = timelyRows(times);
  let first = 0;
  for (const feature of features) {
    for (let i = 0; i < rows.length; i++) {
      const place = rows[i]! * columns + first;
      out.set(featureAt(feature, rows, i, times, values, width), place);
    }
    first += columnsOf(feature);
  }
  return out;
}

/** Rows that are later than all before them. */
function timelyRows(times: Float64Array): Int32Array {
  let latest = -Infinity;
  return Int32Array.from(times, (_, i) => i).filter((i) => {
    const timely = times[i]! > latest;
    if (timely) latest = times[i]!;
    return timely;
  });
}

function featureAt(
  feature: Feature,
  rows: Int32Array,
  i: number,
  times: Float64Array,
  values: Float64Array,
  width: number,
): readonly number[] | Float64Array {
  const row = rows[i]!;
  const time = times[row]!;
  const field = 'field' in feature ? feature.field : 0;
  const valueOf = (other: number): number => values[other * width + field]!;
  switch (feature.kind) {
    case 'value':
      return [valueOf(row)];
    case 'rate': {
      const before = rows.subarray(0, i).findLast((other) => !Number.isNaN(valueOf(other)));
      return before === undefined ? [NaN] : [(valueOf(row) - valueOf(before)) / ((time - times[before]!) / 1e6)];
    }
    case 'gap':
      return [i === 0 ? NaN : (time - times[rows[i - 1]!]!) / 1e6];
    case 'arrivals': {
      const recent = rows.subarray(0, i + 1).filter((other) => times[other]! > time - feature.seconds * 1e6);
      return [Math.min(feature.most, recent.length)];
    }
    case 'phase': {
      const angle = phaseOf(time, feature.seconds);
      return [Math.sin(angle), Math.cos(angle)];
    }
    case 'median':
    case 'spread': {
      const present = rows.subarray(0, i + 1).filter((other) => !Number.isNaN(valueOf(other)));
      const held = Float64Array.from(present.subarray(Math.max(0, present.length - feature.rows)), valueOf);
      return [feature.kind === 'median' ? medianOf(held) : robustCentre(held).spread];
    }
    case 'residual':
      return [residualAt(feature, rows.subarray(0, i), row, values, width)];
  }
}

function residualAt(
  feature: Feature & { kind: 'residual' },
  before: Int32Array,
  row: number,
  values: Float64Array,
  width: number,
): number {
  const unknowns = feature.from.length + 1;
  const inputOf = (other: number): number[] => [1, ...feature.from.map((field) => values[other * width + field]!)];
  const valueOf = (other: number): number => values[other * width + feature.field]!;
  const isWhole = (other: number): boolean => ![valueOf(other), ...inputOf(other)].some(Number.isNaN);
  const learnt = before.filter(isWhole);
  if (!isWhole(row) || learnt.length < unknowns) return NaN;
  const matrix = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  for (const [age, other] of learnt.toReversed().entries()) {
    const weight = (1 - 1 / feature.memory) ** age;
    const input = inputOf(other);
    for (let i = 0; i < unknowns; i++) {
      for (let j = 0; j < unknowns; j++) {
        matrix[i * unknowns + j] = matrix[i * unknowns + j]! + weight * input[i]! * input[j]!;
      }
      right[i] = right[i]! + weight * input[i]! * valueOf(other);
    }
  }
  const solved = solveNormal(matrix, right);
  return solved === undefined
    ? NaN
    : valueOf(row) - inputOf(row).reduce((sum, value, i) => sum + solved[i]! * value, 0);
}
