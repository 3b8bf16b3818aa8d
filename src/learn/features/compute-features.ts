import type { Feature, Series } from './feature.ts';
import { checkFeatures, checkRows, columnsOf, kindOf } from './feature-kinds.ts';

import type { PeerView } from './peer-slots.ts';

/**
 * Features of all rows of a device at once, such as a query gives: column after column. The same as a `FeatureStream`
 * gives for the same rows in the same order.
 *
 * @param times epoch microseconds of each row
 * @param values row after row; NaN is a missing value
 * @param peers the group of the device; absent where it is of none
 * @returns the features, row after row; NaN where there is none
 * @throws {FeaturesError} FEATURES_DEFINITION_INVALID
 */
export function computeFeatures(
  features: readonly Feature[],
  times: Float64Array,
  values: Float64Array,
  width: number,
  peers?: PeerView,
): Float64Array {
  checkFeatures(features, width);
  checkRows(times, values, width);
  const columns = features.reduce((sum, feature) => sum + columnsOf(feature), 0);
  const out = new Float64Array(times.length * columns).fill(NaN);
  const rows = timelyRows(times);
  const series: Series = { rows, times, values, width, peers };
  let first = 0;
  for (const feature of features) {
    const own = first;
    kindOf(feature).series(feature, series, (i, column, value) => {
      out[rows[i]! * columns + own + column] = value;
    });
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
