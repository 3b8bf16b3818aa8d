import { defineFitted } from '../define-detector.ts';
import { rangesOf } from '../rows.ts';
import type { Rows } from '../rows.ts';

type HistogramState = {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  /** For each field, −ln of the relative height of each bin, the tallest being 0; last the score of values outside. */
  readonly heights: Float64Array;
};

/** A bin that holds none counts as one that holds this many rows. */
const ALMOST_NONE = 0.1;

/**
 * Histogram-based outlier score: one histogram for each field, and the sum of how rare its bins are. The quickest of
 * all, blind to what only shows in company.
 *
 * @see Goldstein and Dengel, "Histogram-based outlier score (HBOS)" (KI 2012), static bins
 */
export const hbos = defineFitted({
  name: 'hbos',
  version: 1,
  cost: 'cheap',
  missing: 'own',
  options: {
    bins: { standard: 10, least: 2, greatest: 1000, whole: true, about: 'bins of a histogram' },
  },
  fieldOrder: 'free',
  rowOrder: 'free',
  stateBytes: (width, { bins }) => 8 * width * (2 + bins + 1),
  fit(rows, { options: { bins } }): HistogramState {
    const { values, width } = rows;
    const [least, greatest] = rangesOf(rows);
    const heights = new Float64Array(width * (bins + 1));
    const state = { least, greatest, heights };
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]!)) continue;
      const place = (i % width) * (bins + 1) + binOf(state, i % width, values[i]!, bins);
      heights[place] = heights[place]! + 1;
    }
    for (let field = 0; field < width; field++) {
      const own = heights.subarray(field * (bins + 1), (field + 1) * (bins + 1));
      const tallest = own.reduce((most, height) => Math.max(most, height), 1);
      for (let bin = 0; bin <= bins; bin++) own[bin] = -Math.log(Math.max(own[bin]!, ALMOST_NONE) / tallest);
    }
    return state;
  },
  score(state, rows, scores, { options }) {
    for (let row = 0; row < rows.count; row++) {
      let sum = 0;
      for (let field = 0; field < rows.width; field++) sum += rarityOf(state, rows, row, field, options.bins);
      scores[row] = sum;
    }
  },
  explain(state, rows, shares, { options }) {
    const { width } = rows;
    for (let i = 0; i < shares.length; i++) {
      shares[i] = rarityOf(state, rows, Math.floor(i / width), i % width, options.bins);
    }
  },
  fault({ least, greatest, heights }, width, { bins }) {
    const isWhole = least.length === width && greatest.length === width && heights.length === width * (bins + 1);
    return isWhole ? undefined : 'there is not one histogram for each field';
  },
});

function rarityOf(state: HistogramState, { values, width }: Rows, row: number, field: number, bins: number): number {
  const value = values[row * width + field]!;
  // What is missing is neither usual nor unusual.
  if (Number.isNaN(value)) return 0;
  return state.heights[field * (bins + 1) + binOf(state, field, value, bins)]!;
}

/** The bin of a value; the place after the last is outside. */
function binOf({ least, greatest }: HistogramState, field: number, value: number, bins: number): number {
  const [low, high] = [least[field]!, greatest[field]!];
  if (!(value >= low && value <= high)) return bins;
  if (low === high) return 0;
  return Math.min(bins - 1, Math.floor((bins * (value - low)) / (high - low)));
}
