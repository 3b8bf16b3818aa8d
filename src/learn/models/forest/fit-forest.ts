import { nextInteger, seedRandom } from '#learn/features/index.ts';
import { addLeaf, leafOf } from './forest.ts';
import type { Forest } from './forest.ts';
import { growTree } from './grow-tree.ts';
import type { Growth } from './grow-tree.ts';
import { rankColumns } from './rank-columns.ts';

/** Choices about a forest; the defaults do for tables of tens to tens of thousands of rows. */
export interface ForestOptions {
  /** Trees; more make it steadier and slower. Default 200. */
  readonly trees?: number;
  /** Fields that are tried at a node. Default the square root of all. */
  readonly tried?: number;
  /** Rows below which a node is not split. Default 2. */
  readonly splitFrom?: number;
  /** Equal seeds and rows give equal forests on every machine. Default 1. */
  readonly seed?: number;
}

/** A forest, and what it says of each training row by the trees that did not see it. */
export interface FittedForest {
  readonly forest: Forest;
  /**
   * Rows × classes: probabilities as for rows that are new, to choose thresholds by without a second set of rows; zero
   * throughout for a row that every tree saw.
   */
  readonly held: Float64Array;
}

/**
 * Learns to tell classes apart: each tree is grown on rows drawn with replacement, at each node the best split by Gini
 * impurity among some fields drawn at random.
 *
 * @param values rows one after the other, `width` values each; NaN is a missing value
 * @param labels the class of each row
 * @throws {RangeError} if there is no row, or values and labels do not go together
 * @see Breiman, "Random forests" (Machine Learning 45, 2001)
 */
export function fitForest(
  values: Float64Array,
  width: number,
  labels: readonly string[],
  options: ForestOptions = {},
): FittedForest {
  const rows = labels.length;
  if (rows === 0 || values.length !== rows * width) {
    throw new RangeError(`${values.length} values are not ${rows} rows of ${width}`);
  }
  const { trees = 200, tried = Math.max(1, Math.round(Math.sqrt(width))), splitFrom = 2, seed = 1 } = options;
  const classes = [...new Set(labels)].toSorted();
  const places = new Map(classes.map((name, i) => [name, i]));
  const growth: Growth = {
    ...rankColumns(values, width),
    width,
    classOf: Int32Array.from(labels, (label) => places.get(label)!),
    classes: classes.length,
    tried: Math.min(width, tried),
    splitFrom: Math.max(2, splitFrom),
    random: seedRandom(seed),
    fields: [],
    thresholds: [],
    left: [],
    right: [],
    leafClasses: [],
    leafShares: [],
  };
  const roots = new Int32Array(trees);
  const seen = new Uint8Array(trees * rows);
  const drawn = new Int32Array(rows);
  for (let tree = 0; tree < trees; tree++) {
    for (let i = 0; i < rows; i++) {
      drawn[i] = nextInteger(growth.random, rows);
      seen[tree * rows + drawn[i]!] = 1;
    }
    roots[tree] = growTree(growth, drawn);
  }
  const forest: Forest = {
    classes,
    width,
    roots,
    fields: Int32Array.from(growth.fields),
    thresholds: Float64Array.from(growth.thresholds),
    left: Int32Array.from(growth.left),
    right: Int32Array.from(growth.right),
    leafClasses: Int32Array.from(growth.leafClasses),
    leafShares: Float64Array.from(growth.leafShares),
  };
  return { forest, held: heldProbabilities(forest, values, seen) };
}

/** Says of each row what the trees say that were grown without it. */
function heldProbabilities(forest: Forest, values: Float64Array, seen: Uint8Array): Float64Array {
  const { width, classes, roots } = forest;
  const rows = values.length / width;
  const out = new Float64Array(rows * classes.length);
  for (let row = 0; row < rows; row++) {
    let votes = 0;
    for (let tree = 0; tree < roots.length; tree++) votes += 1 - seen[tree * rows + row]!;
    for (let tree = 0; tree < roots.length; tree++) {
      if (seen[tree * rows + row] === 1) continue;
      addLeaf(forest, leafOf(forest, tree, values, row * width), 1 / votes, out, row * classes.length);
    }
  }
  return out;
}
