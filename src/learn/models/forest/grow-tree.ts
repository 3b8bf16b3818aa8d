import { nextInteger } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { thresholdAfter } from './rank-columns.ts';
import type { RankedColumns } from './rank-columns.ts';

/** Training rows, choices, and the nodes of all trees so far. */
export interface Growth extends RankedColumns {
  readonly width: number;
  readonly classOf: Int32Array;
  readonly classes: number;
  readonly tried: number;
  readonly splitFrom: number;
  readonly random: RandomState;
  readonly fields: number[];
  readonly thresholds: number[];
  readonly left: number[];
  readonly right: number[];
  readonly leafClasses: number[];
  readonly leafShares: number[];
}

interface Split {
  readonly field: number;
  readonly rank: number;
}

/** Beyond this depth a node is a leaf: rows that are alike but for their class would be split one by one. */
const DEEPEST = 64;

/**
 * Grows one tree on rows, a row as often as it was drawn, and adds its nodes.
 *
 * @param drawn reordered in place
 * @returns its root
 */
export function growTree(growth: Growth, drawn: Int32Array): number {
  const order = Int32Array.from({ length: growth.width }, (_, i) => i);
  const keys = new Float64Array(drawn.length);
  return growNode(growth, { drawn, order, keys }, 0, drawn.length, 0);
}

interface Scratch {
  readonly drawn: Int32Array;
  /** Fields, shuffled as far as they are tried. */
  readonly order: Int32Array;
  readonly keys: Float64Array;
}

function growNode(growth: Growth, scratch: Scratch, from: number, to: number, depth: number): number {
  const node = growth.fields.length;
  const counts = countClasses(growth, scratch.drawn, from, to);
  const split =
    to - from >= growth.splitFrom && depth < DEEPEST && !isPure(counts, to - from)
      ? bestSplit(growth, scratch, from, to, counts)
      : undefined;
  growth.fields.push(split?.field ?? -1);
  growth.thresholds.push(split === undefined ? 0 : thresholdAfter(growth.distinct[split.field]!, split.rank));
  growth.left.push(0);
  growth.right.push(0);
  if (split === undefined) {
    growth.left[node] = growth.leafClasses.length;
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === 0) continue;
      growth.leafClasses.push(i);
      growth.leafShares.push(counts[i]! / (to - from));
    }
    growth.right[node] = growth.leafClasses.length;
    return node;
  }
  const middle = part(growth, scratch.drawn, from, to, split);
  growth.left[node] = growNode(growth, scratch, from, middle, depth + 1);
  growth.right[node] = growNode(growth, scratch, middle, to, depth + 1);
  return node;
}

/** Draws fields until enough of them can split the rows, and takes the best split; undefined where none can. */
function bestSplit(
  growth: Growth,
  { drawn, order, keys }: Scratch,
  from: number,
  to: number,
  counts: Int32Array,
): Split | undefined {
  let best: Split | undefined;
  let bestGain = -Infinity;
  let useful = 0;
  for (let i = 0; i < growth.width && useful < growth.tried; i++) {
    const j = i + nextInteger(growth.random, growth.width - i);
    const field = order[j]!;
    order[j] = order[i]!;
    order[i] = field;
    if (!areParted(growth, drawn, from, to, field)) continue;
    useful += 1;
    const own = keys.subarray(0, to - from);
    // Rank and class in one number, so that the sort is one of plain numbers.
    for (let row = from; row < to; row++) {
      const at = drawn[row]!;
      own[row - from] = growth.ranks[at * growth.width + field]! * growth.classes + growth.classOf[at]!;
    }
    sortNumbers(own);
    const found = bestRank(own, growth.classes, counts);
    if (found.gain > bestGain) {
      bestGain = found.gain;
      best = { field, rank: found.rank };
    }
  }
  return best;
}

/**
 * The rank after which a split leaves the purest sides, by the sum over both of Σ count² / rows, which is greatest
 * where the Gini impurity is least. There are two ranks at least.
 */
function bestRank(
  sorted: Float64Array,
  classes: number,
  counts: Int32Array,
): { readonly rank: number; readonly gain: number } {
  const total = sorted.length;
  const below = new Int32Array(classes);
  let squaresBelow = 0;
  let squaresAbove = 0;
  for (let i = 0; i < classes; i++) squaresAbove += counts[i]! * counts[i]!;
  const best = { rank: 0, gain: -Infinity };
  for (let i = 0; i < total - 1; i++) {
    const key = sorted[i]!;
    const one = key % classes;
    const before = below[one]!;
    const above = counts[one]! - before;
    squaresBelow += 2 * before + 1;
    squaresAbove -= 2 * above - 1;
    below[one] = before + 1;
    const rank = (key - one) / classes;
    if (sorted[i + 1]! < (rank + 1) * classes) continue;
    const gain = squaresBelow / (i + 1) + squaresAbove / (total - i - 1);
    if (gain <= best.gain) continue;
    best.rank = rank;
    best.gain = gain;
  }
  return best;
}

/** Whether rows differ in a field: most do not, deep in a tree, and need no sort to tell. */
function areParted({ ranks, width }: Growth, drawn: Int32Array, from: number, to: number, field: number): boolean {
  const first = ranks[drawn[from]! * width + field]!;
  for (let i = from + 1; i < to; i++) if (ranks[drawn[i]! * width + field]! !== first) return true;
  return false;
}

/** Sorts in place; few numbers by insertion, which the engine's own sort is too far a call for. */
function sortNumbers(values: Float64Array): void {
  if (values.length > 40) {
    values.sort();
    return;
  }
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let j = i - 1;
    for (; j >= 0 && values[j]! > value; j--) values[j + 1] = values[j]!;
    values[j + 1] = value;
  }
}

function part(growth: Growth, drawn: Int32Array, from: number, to: number, { field, rank }: Split): number {
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = drawn[i]!;
    if (growth.ranks[row * growth.width + field]! > rank) continue;
    drawn[i] = drawn[middle]!;
    drawn[middle++] = row;
  }
  return middle;
}

function countClasses({ classOf, classes }: Growth, drawn: Int32Array, from: number, to: number): Int32Array {
  const counts = new Int32Array(classes);
  for (let i = from; i < to; i++) counts[classOf[drawn[i]!]!]! += 1;
  return counts;
}

function isPure(counts: Int32Array, total: number): boolean {
  return counts.includes(total);
}
