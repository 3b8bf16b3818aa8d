import { valueIn } from '../feature.ts';
import type { FeatureKind, FeatureOf, Series } from '../feature.ts';
import { medianOf, robustCentre } from '../order-statistics.ts';
import { rollIn, rollingMedian, rollingSpread } from '../rolling-window.ts';

const ROWS = { least: 1, greatest: 4096, whole: true } as const;

export const median = windowed(rollingMedian, medianOf);
export const spread = windowed(rollingSpread, (values) => robustCentre(values).spread);

/** A statistic of the last values that were there. State: a rolling window. */
function windowed(
  rolling: (window: Float64Array) => number,
  plain: (values: Float64Array) => number,
): FeatureKind<FeatureOf<'median' | 'spread'>> {
  return {
    columns: [''],
    bounds: { rows: ROWS },
    room: ({ rows }) => 1 + 2 * rows,
    open:
      ({ field }, state) =>
      (row, out, at) => {
        const now = row.values[row.at + field]!;
        if (now === now) rollIn(state, now);
        out[at] = rolling(state);
      },
    series({ field, rows }, series: Series, put) {
      const present: number[] = [];
      for (let i = 0; i < series.rows.length; i++) {
        const now = valueIn(series, i, field);
        if (!Number.isNaN(now)) present.push(now);
        put(i, 0, plain(Float64Array.from(present.slice(-rows))));
      }
    },
  };
}
