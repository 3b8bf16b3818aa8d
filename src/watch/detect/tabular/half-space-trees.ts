import { nextInteger, nextUniform } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { defineIncremental } from '../define-detector.ts';
import { columnMedians, rangesOf } from '../rows.ts';
import type { Rows } from '../rows.ts';

type TreesState = {
  /** Rows of the first window, from which ranges are learnt before trees can be drawn. */
  readonly first: Float64Array;
  /** Rows of the window that is being filled. */
  filled: number;
  /** 1 once the trees are drawn. */
  drawn: number;
  readonly typical: Float64Array;
  /** Field of each inner node, trees one after the other, each in heap order. */
  readonly fields: Int32Array;
  /** Where each inner node halves its space. */
  readonly splits: Float64Array;
  /** Rows of the window before in each node, and of the one that is being filled. */
  readonly reference: Int32Array;
  readonly latest: Int32Array;
};

type TreesOptions = { readonly trees: number; readonly depth: number; readonly window: number };

/**
 * Half-space trees: random halvings of the space of rows, drawn once; a row is anomalous where the window before had
 * few rows in its cells. Constant time and memory, learns window by window, follows drift within two.
 *
 * The score is how many bits rarer the row's cell is than a cell that held every row, over all trees. A walk ends
 * where a node has no more than a tenth of the window, as in the paper.
 *
 * @see Tan, Ting and Liu, "Fast anomaly detection for streaming data" (IJCAI 2011), algorithms 1 to 3
 */
export const halfSpaceTrees = defineIncremental({
  name: 'half-space-trees',
  version: 1,
  cost: 'moderate',
  options: {
    trees: { standard: 25, least: 1, greatest: 1000, whole: true, about: 'trees' },
    depth: { standard: 8, least: 1, greatest: 16, whole: true, about: 'halvings from root to leaf' },
    window: { standard: 250, least: 10, greatest: 100_000, whole: true, about: 'rows of a window, ψ' },
  },
  fieldOrder: 'seeded',
  rowOrder: 'matters',
  stateBytes: (width, { trees, depth, window }) =>
    8 * width * (window + 1) + trees * (2 ** depth * 12 + 2 ** (depth + 1) * 8),
  begin: ({ width, options: { trees, depth, window } }): TreesState => {
    const inner = innerOf(depth);
    const nodes = 2 * inner + 1;
    return {
      first: new Float64Array(window * width),
      filled: 0,
      drawn: 0,
      typical: new Float64Array(width),
      fields: new Int32Array(trees * inner),
      splits: new Float64Array(trees * inner),
      reference: new Int32Array(trees * nodes),
      latest: new Int32Array(trees * nodes),
    };
  },
  learn(state, rows, { options, random }) {
    const row = new Float64Array(rows.width);
    for (let i = 0; i < rows.count; i++) {
      takeRow(state, rows, i, row);
      if (state.drawn === 1) countIn(state, row, options);
      noteRow(state, rows, i, options, random);
    }
  },
  score(state, rows, scores, { options }) {
    const row = new Float64Array(rows.width);
    for (let i = 0; i < rows.count; i++) {
      takeRow(state, rows, i, row);
      scores[i] = state.drawn === 1 ? rarity(state, row, options) : 0;
    }
  },
  step(state, rows, scores, { options, random }) {
    const row = new Float64Array(rows.width);
    for (let i = 0; i < rows.count; i++) {
      takeRow(state, rows, i, row);
      // One walk down each tree serves both.
      scores[i] = state.drawn === 1 ? countIn(state, row, options) : 0;
      noteRow(state, rows, i, options, random);
    }
  },
  typical: (state) => state.typical,
});

/** Inner nodes of a tree; all its nodes are one more than twice as many. */
function innerOf(depth: number): number {
  return (1 << depth) - 1;
}

/** Copies a row, missing values as typical ones. */
function takeRow({ typical }: TreesState, { values, width }: Rows, index: number, into: Float64Array): void {
  for (let field = 0; field < width; field++) {
    const value = values[index * width + field]!;
    into[field] = value === value ? value : typical[field]!;
  }
}

/** Scores the row by the window before and counts it into the one that is being filled, in one walk down each tree. */
function countIn(state: TreesState, row: Float64Array, options: TreesOptions): number {
  const { trees, depth, window } = options;
  const { fields, splits, reference, latest } = state;
  const inner = innerOf(depth);
  const nodes = 2 * inner + 1;
  const few = 0.1 * window;
  let mass = 0;
  for (let tree = 0; tree < trees; tree++) {
    const innerBase = tree * inner;
    const base = tree * nodes;
    let node = 0;
    let level = 0;
    for (; level < depth; level++) {
      latest[base + node] = latest[base + node]! + 1;
      if (reference[base + node]! <= few) break;
      node = 2 * node + 1 + Number(row[fields[innerBase + node]!]! >= splits[innerBase + node]!);
    }
    mass += reference[base + node]! * (1 << level);
    // Below where the score was found only counting is left.
    for (; level < depth; level++) {
      node = 2 * node + 1 + Number(row[fields[innerBase + node]!]! >= splits[innerBase + node]!);
      if (level < depth - 1) latest[base + node] = latest[base + node]! + 1;
    }
    latest[base + node] = latest[base + node]! + 1;
  }
  return bitsOf(mass, options);
}

/** The score of the row alone. */
function rarity(state: TreesState, row: Float64Array, options: TreesOptions): number {
  const { trees, depth, window } = options;
  const { fields, splits, reference } = state;
  const inner = innerOf(depth);
  const nodes = 2 * inner + 1;
  const few = 0.1 * window;
  let mass = 0;
  for (let tree = 0; tree < trees; tree++) {
    const innerBase = tree * inner;
    const base = tree * nodes;
    let node = 0;
    let level = 0;
    for (; level < depth && reference[base + node]! > few; level++) {
      node = 2 * node + 1 + Number(row[fields[innerBase + node]!]! >= splits[innerBase + node]!);
    }
    mass += reference[base + node]! * (1 << level);
  }
  return bitsOf(mass, options);
}

/** Σ mass · 2^depth over trees as bits below its greatest possible value, which a cell with all rows would have. */
function bitsOf(mass: number, { trees, depth, window }: TreesOptions): number {
  return Math.max(0, Math.log2(trees * window * 2 ** depth) - Math.log2(mass + 1));
}

/** Ends a window: the first draws the trees, every later one becomes the reference of the next. */
function noteRow(state: TreesState, rows: Rows, row: number, options: TreesOptions, random: RandomState): void {
  const { width } = rows;
  if (state.drawn === 0) state.first.set(rows.values.subarray(row * width, (row + 1) * width), state.filled * width);
  state.filled += 1;
  if (state.filled < options.window) return;
  state.filled = 0;
  if (state.drawn === 0) {
    drawTrees(state, width, options, random);
    const first: Rows = { values: state.first, width, count: options.window };
    const filled = new Float64Array(width);
    for (let i = 0; i < options.window; i++) {
      takeRow(state, first, i, filled);
      countIn(state, filled, options);
    }
    state.drawn = 1;
  }
  state.reference.set(state.latest);
  state.latest.fill(0);
}

/**
 * Draws the trees over the ranges of the first window.
 *
 * Each tree stretches every field's range about a random point s of it by 2 · max(s, 1 − s) on both sides, so that no
 * two halve at the same places and values beyond the range still fall into cells.
 */
function drawTrees(state: TreesState, width: number, options: TreesOptions, random: RandomState): void {
  const first: Rows = { values: state.first, width, count: options.window };
  state.typical.set(columnMedians(first));
  const [least, greatest] = rangesOf(first);
  const inner = innerOf(options.depth);
  const low = new Float64Array(inner * width);
  const high = new Float64Array(inner * width);
  for (let tree = 0; tree < options.trees; tree++) {
    for (let field = 0; field < width; field++) {
      const s = nextUniform(random);
      const range = 2 * Math.max(s, 1 - s);
      const span = greatest[field]! - least[field]! || 1;
      low[field] = least[field]! + (s - range) * span;
      high[field] = least[field]! + (s + range) * span;
    }
    for (let node = 0; node < inner; node++) {
      const field = nextInteger(random, width);
      const middle = (low[node * width + field]! + high[node * width + field]!) / 2;
      state.fields[tree * inner + node] = field;
      state.splits[tree * inner + node] = middle;
      const left = (2 * node + 1) * width;
      if (left + width >= low.length) continue;
      for (const child of [left, left + width]) {
        low.copyWithin(child, node * width, (node + 1) * width);
        high.copyWithin(child, node * width, (node + 1) * width);
      }
      high[left + field] = middle;
      low[left + width + field] = middle;
    }
  }
}
