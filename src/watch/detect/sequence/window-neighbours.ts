import { beginBaseline, learnBaseline } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { BASELINE_MEMORY } from '../charts/baseline-memory.ts';
import { defineIncremental } from '../define-detector.ts';
import type { OptionsOf } from '../detector.ts';
import type { Rows } from '../rows.ts';

const OPTIONS = {
  length: { standard: 6, least: 1, greatest: 256, whole: true, about: 'rows of a window' },
  neighbours: { standard: 3, least: 1, greatest: 64, whole: true, about: 'nearest earlier windows whose mean counts' },
  memory: { standard: 1000, least: 8, greatest: 100_000, whole: true, about: 'latest rows that windows are kept of' },
  baseline: { ...BASELINE_MEMORY, standard: 10_000 },
} as const;

type NeighbourOptions = OptionsOf<typeof OPTIONS>;

type NeighbourState = BaselineState & {
  /** The latest rows, in a ring. */
  readonly ring: Float64Array;
  /** Rows that were learnt. */
  readonly rows: Float64Array;
};

/**
 * How far the window that ends in a row lies from those most like it among the latest: the mean distance, in running
 * robust standard deviations, to the nearest that do not overlap it.
 *
 * It sees shapes that never were, in values that are all usual, and learns a new shape from its first appearance on.
 * Values that are missing count as no distance.
 *
 * @see Burnaev and Ishimtsev, "Conformalized density- and distance-based anomaly detection in time-series data" (2016)
 */
export const windowNeighbours = defineIncremental({
  name: 'window-neighbours',
  version: 1,
  cost: 'dear',
  options: OPTIONS,
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width, { memory }) => 3 * 8 * width + 8 * memory * width + 8,
  begin: ({ width, options }): NeighbourState => ({
    ...beginBaseline(width),
    ring: new Float64Array(options.memory * width).fill(NaN),
    rows: new Float64Array(1),
  }),
  learn(state, rows, { options }) {
    for (let row = 0; row < rows.count; row++) learnRow(state, rows, row, options);
  },
  score(state, rows, scores, { options }) {
    for (let row = 0; row < rows.count; row++) scores[row] = meanDistance(state, rows, row, options, null);
  },
  step(state, rows, scores, { options }) {
    for (let row = 0; row < rows.count; row++) {
      scores[row] = meanDistance(state, rows, row, options, null);
      learnRow(state, rows, row, options);
    }
  },
  typical: (state) => state.centre,
  explain(state, rows, shares, { options }) {
    for (let row = 0; row < rows.count; row++) {
      meanDistance(state, rows, row, options, shares.subarray(row * rows.width, (row + 1) * rows.width));
    }
  },
  fault: ({ ring, rows }, width, { memory }) =>
    ring.length === memory * width && rows[0]! >= 0 ? undefined : 'its rows do not fit',
});

function learnRow(state: NeighbourState, { values, width }: Rows, row: number, { memory, baseline }: NeighbourOptions) {
  const at = (state.rows[0]! % memory) * width;
  state.ring.set(values.subarray(row * width, (row + 1) * width), at);
  state.rows[0] = state.rows[0]! + 1;
  learnBaseline(state, values, row * width, baseline);
}

/**
 * @param shares where not null, each field's part in the squared distances to the nearest windows is put here
 * @returns 0 while there are too few windows to compare with
 */
function meanDistance(
  state: NeighbourState,
  rows: Rows,
  row: number,
  options: NeighbourOptions,
  shares: Float64Array | null,
): number {
  const { length, neighbours, memory } = options;
  const seen = state.rows[0]!;
  // The window is the row and those before it; the ring's own oldest rows end what can be compared.
  const oldest = Math.max(0, seen - memory) + length - 1;
  const latest = seen - length;
  if (latest - oldest + 1 < neighbours) return 0;
  const window = windowOf(state, rows, row, options);
  const units = unitsOf(state);
  const nearest = new Float64Array(neighbours).fill(Infinity);
  const ends = new Int32Array(neighbours);
  for (let end = latest; end >= oldest; end--) {
    const distance = distanceTo(state, window, end, units, options, nearest[neighbours - 1]!);
    let place = neighbours - 1;
    if (!(distance < nearest[place]!)) continue;
    for (; place > 0 && nearest[place - 1]! > distance; place--) {
      nearest[place] = nearest[place - 1]!;
      ends[place] = ends[place - 1]!;
    }
    nearest[place] = distance;
    ends[place] = end;
  }
  if (shares !== null) for (const end of ends) addShares(state, window, end, units, options, shares);
  let sum = 0;
  for (const squared of nearest) sum += Math.sqrt(squared);
  return sum / neighbours;
}

/** The window that ends in a row, as if it came next. */
function windowOf(state: NeighbourState, { values, width }: Rows, row: number, { length, memory }: NeighbourOptions) {
  const window = new Float64Array(length * width);
  for (let i = 0; i < length - 1; i++) {
    const from = ((state.rows[0]! - length + 1 + i) % memory) * width;
    window.set(state.ring.subarray(from, from + width), i * width);
  }
  window.set(values.subarray(row * width, (row + 1) * width), (length - 1) * width);
  return window;
}

/** What a difference in each field is measured in. */
function unitsOf({ centre, spread }: NeighbourState): Float64Array {
  return spread.map((own, field) => Math.max(own, 1e-9 * Math.max(Math.abs(centre[field]!), 1)));
}

/** The squared distance to the kept window that ends with row `end`; given up where it is no less than `most`. */
function distanceTo(
  { ring }: NeighbourState,
  window: Float64Array,
  end: number,
  units: Float64Array,
  { length, memory }: NeighbourOptions,
  most: number,
): number {
  const width = units.length;
  let sum = 0;
  // Backwards from the newest rows: row after row of the ring, each no further than its begin.
  let place = (end % memory) * width;
  for (let from = (length - 1) * width; from >= 0 && sum < most; from -= width) {
    for (let field = 0; field < width; field++) {
      const part = (window[from + field]! - ring[place + field]!) / units[field]!;
      // What is missing is no difference.
      if (part === part) sum += part * part;
    }
    place = place === 0 ? (memory - 1) * width : place - width;
  }
  return sum;
}

function addShares(
  { ring }: NeighbourState,
  window: Float64Array,
  end: number,
  units: Float64Array,
  { length, memory }: NeighbourOptions,
  shares: Float64Array,
): void {
  const width = units.length;
  for (let i = 0; i < length; i++) {
    const at = ((end - length + 1 + i) % memory) * width;
    for (let field = 0; field < width; field++) {
      const part = (window[i * width + field]! - ring[at + field]!) / units[field]!;
      if (part === part) shares[field] = shares[field]! + part * part;
    }
  }
}
