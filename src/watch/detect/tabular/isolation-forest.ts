import { nextInteger, nextUniform, sampleIntegers } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { defineFitted } from '../define-detector.ts';
import type { Rows } from '../rows.ts';

type ForestState = {
  /** Rows that each tree was grown on. */
  readonly sample: number;
  /** Field of each node, trees one after the other, each in heap order; −1 for a leaf. */
  readonly fields: Int32Array;
  /** Where an inner node splits; for a leaf its path length with the correction for the rows that it holds. */
  readonly values: Float64Array;
};

/**
 * An isolation forest: rows that random splits part from the others soon are anomalous.
 *
 * The score is 2^(−E(h) / c(ψ)): a half for a row like all others, close to 1 for one that is isolated at once.
 *
 * @see Liu, Ting and Zhou, "Isolation forest" (ICDM 2008), algorithms 1 to 3 and equation 2
 */
export const isolationForest = defineFitted({
  name: 'isolation-forest',
  version: 1,
  cost: 'dear',
  missing: 'typical',
  options: {
    trees: { standard: 100, least: 1, greatest: 2000, whole: true, about: 'trees' },
    sample: { standard: 256, least: 2, greatest: 65_536, whole: true, about: 'rows that a tree is grown on, ψ' },
  },
  fieldOrder: 'seeded',
  rowOrder: 'seeded',
  stateBytes: (_, { trees, sample }) => 8 + trees * nodesOf(sample) * 12,
  fit(rows, { options, random }): ForestState {
    const sample = Math.min(options.sample, rows.count);
    const nodes = nodesOf(sample);
    const state = {
      sample,
      fields: new Int32Array(options.trees * nodes).fill(-1),
      values: new Float64Array(options.trees * nodes),
    };
    for (let tree = 0; tree < options.trees; tree++) {
      const chosen = sampleIntegers(random, sample, rows.count);
      grow(state, rows, chosen, 0, sample, tree * nodes, 0, 0, random);
    }
    return state;
  },
  score(state, { values, width, count }, scores, { options }) {
    const { fields, values: at } = state;
    const nodes = nodesOf(state.sample);
    const usual = averagePath(state.sample) || 1;
    for (let row = 0; row < count; row++) {
      let path = 0;
      for (let tree = 0; tree < options.trees; tree++) {
        const base = tree * nodes;
        let node = 0;
        for (let field = fields[base]!; field >= 0; field = fields[base + node]!) {
          node = 2 * node + (values[row * width + field]! < at[base + node]! ? 1 : 2);
        }
        path += at[base + node]!;
      }
      scores[row] = 2 ** (-path / options.trees / usual);
    }
  },
  fault({ sample, fields, values }, width, { trees }) {
    if (!(sample >= 1 && sample <= 65_536)) return `trees grew on ${sample} rows`;
    const size = trees * nodesOf(sample);
    if (fields.length !== size || values.length !== size) return `there are ${fields.length} nodes, not ${size}`;
    // A leaf ends every walk: the lowest level must have no inner nodes.
    const inner = (nodesOf(sample) - 1) / 2;
    const isOff = (field: number, i: number): boolean => field >= (i % nodesOf(sample) < inner ? width : 0);
    return fields.some(isOff) ? 'a node splits what is not there' : undefined;
  },
});

/** Places of a tree whose height is ⌈log₂ ψ⌉. */
function nodesOf(sample: number): number {
  return 2 ** (heightOf(sample) + 1) - 1;
}

function heightOf(sample: number): number {
  return Math.ceil(Math.log2(sample));
}

/** The path length of an unsuccessful search in a binary search tree of n keys, c(n). */
export function averagePath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + EULER_GAMMA) - (2 * (n - 1)) / n;
}

const EULER_GAMMA = 0.5772156649015329;

/** Grows a node over the chosen rows from one place up to another, parting them in place. */
function grow(
  state: ForestState,
  rows: Rows,
  chosen: Int32Array,
  from: number,
  to: number,
  base: number,
  node: number,
  depth: number,
  random: RandomState,
): void {
  const split = depth < heightOf(state.sample) && to - from > 1 ? drawSplit(rows, chosen, from, to, random) : undefined;
  if (split === undefined) {
    state.values[base + node] = depth + averagePath(to - from);
    return;
  }
  const { field, at } = split;
  state.fields[base + node] = field;
  state.values[base + node] = at;
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = chosen[i]!;
    if (!(rows.values[row * rows.width + field]! < at)) continue;
    chosen[i] = chosen[middle]!;
    chosen[middle++] = row;
  }
  grow(state, rows, chosen, from, middle, base, 2 * node + 1, depth + 1, random);
  grow(state, rows, chosen, middle, to, base, 2 * node + 2, depth + 1, random);
}

/** A field and a place within its range; undefined where all rows are equal. */
function drawSplit(
  { values, width }: Rows,
  chosen: Int32Array,
  from: number,
  to: number,
  random: RandomState,
): { readonly field: number; readonly at: number } | undefined {
  // Fields in which the rows are equal part nothing: the next one in a circle is taken, from a random start.
  const start = nextInteger(random, width);
  const u = nextUniform(random);
  for (let turn = 0; turn < width; turn++) {
    const field = (start + turn) % width;
    let least = Infinity;
    let greatest = -Infinity;
    for (let i = from; i < to; i++) {
      const value = values[chosen[i]! * width + field]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    // Above the least, so that neither side is empty whatever rounding does.
    const at = least + u * (greatest - least);
    if (least < greatest) return { field, at: at > least ? at : greatest };
  }
  return undefined;
}
