import { nextInteger } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';

/** What a tree is made for. */
export interface TreeShape {
  readonly width: number;
  readonly classes: number;
  /** Leaves at most: memory is bounded by them. */
  readonly leaves: number;
}

/** How a tree grows. */
export interface TreeRule {
  /** Weight that a leaf gains before a split is tried again. */
  readonly grace: number;
  /** Chance that a split is not the best one. */
  readonly delta: number;
  /** Splits closer than this are taken to be equally good. */
  readonly tie: number;
  /** Fields that each leaf looks at. */
  readonly fields: number;
}

/**
 * A decision tree over a stream: leaves keep counts and normal distributions of each field for each class, and split
 * once the best field is so with the declared chance. Plain arrays, so that it can be part of a snapshot.
 *
 * @see Domingos and Hulten, "Mining high-speed data streams" (KDD 2000), VFDT; Gama, Rocha and Medas (KDD 2003) for
 *   leaves that are naive Bayes where that has been better
 */
export type TreeState = {
  /** Field of each node; −1 for a leaf. */
  readonly fields: Int32Array;
  readonly borders: Float64Array;
  /** The first child of a node, the second being next to it; for a leaf its place among leaves. */
  readonly links: Int32Array;
  /** [nodes, leaves]. */
  readonly sizes: Int32Array;
  /** For each leaf: [weight at the last trial, hits of the most frequent class, hits of naive Bayes], then classes. */
  readonly leaves: Float64Array;
  /** For each leaf, field and class: weight, mean, sum of squares about it. */
  readonly moments: Float64Array;
  /** For each leaf and field: least and greatest value. */
  readonly ranges: Float64Array;
  /** For each leaf and field: whether it looks at it. */
  readonly looks: Uint8Array;
};

const TRIED = 0;
const MOST_HITS = 1;
const BAYES_HITS = 2;
const CLASSES = 3;
/** Borders that are tried between the least and the greatest value. */
const BORDERS = 10;

/** A tree of one leaf. */
export function beginTree(shape: TreeShape, rule: TreeRule, random: RandomState): TreeState {
  const { width, classes, leaves } = shape;
  const nodes = 2 * leaves - 1;
  const state: TreeState = {
    fields: new Int32Array(nodes),
    borders: new Float64Array(nodes),
    links: new Int32Array(nodes),
    sizes: new Int32Array(2),
    leaves: new Float64Array(leaves * (CLASSES + classes)),
    moments: new Float64Array(leaves * width * classes * 3),
    ranges: new Float64Array(leaves * width * 2),
    looks: new Uint8Array(leaves * width),
  };
  clearTree(state, shape, rule, random);
  return state;
}

/** Makes it a tree of one leaf again. */
export function clearTree(state: TreeState, shape: TreeShape, rule: TreeRule, random: RandomState): void {
  state.sizes.set([1, 1]);
  state.fields[0] = -1;
  state.links[0] = 0;
  clearLeaf(state, shape, rule, random, 0);
}

/**
 * The chances of the classes for a row, not normalised.
 *
 * @param at where the row starts in `values`
 */
export function voteOf(state: TreeState, shape: TreeShape, values: Float64Array, at: number, into: Float64Array): void {
  const leaf = leafOf(state, values, at);
  const place = leaf * (CLASSES + shape.classes);
  if (state.leaves[place + BAYES_HITS]! > state.leaves[place + MOST_HITS]!) bayes(state, shape, leaf, values, at, into);
  else for (let one = 0; one < shape.classes; one++) into[one] = state.leaves[place + CLASSES + one]!;
}

/** Learns a row of a class, with a weight. */
export function learnRow(
  state: TreeState,
  shape: TreeShape,
  rule: TreeRule,
  random: RandomState,
  row: { readonly values: Float64Array; readonly at: number; readonly label: number; readonly weight: number },
): void {
  const { width, classes } = shape;
  const { values, at, label, weight } = row;
  const node = nodeOf(state, values, at);
  const leaf = state.links[node]!;
  const place = leaf * (CLASSES + classes);
  const { leaves, moments, ranges } = state;
  const scores = new Float64Array(classes);
  bayes(state, shape, leaf, values, at, scores);
  if (greatest(scores, 0, classes) === label) leaves[place + BAYES_HITS] = leaves[place + BAYES_HITS]! + weight;
  if (greatest(leaves, place + CLASSES, classes) === label)
    leaves[place + MOST_HITS] = leaves[place + MOST_HITS]! + weight;
  leaves[place + CLASSES + label] = leaves[place + CLASSES + label]! + weight;
  for (let field = 0; field < width; field++) {
    const value = values[at + field]!;
    if (value !== value) continue;
    const range = (leaf * width + field) * 2;
    if (value < ranges[range]!) ranges[range] = value;
    if (value > ranges[range + 1]!) ranges[range + 1] = value;
    const own = ((leaf * width + field) * classes + label) * 3;
    const known = moments[own]! + weight;
    const apart = value - moments[own + 1]!;
    moments[own] = known;
    moments[own + 1] = moments[own + 1]! + (weight * apart) / known;
    moments[own + 2] = moments[own + 2]! + weight * apart * (value - moments[own + 1]!);
  }
  const known = weightOf(state, shape, leaf);
  if (known - leaves[place + TRIED]! < rule.grace) return;
  leaves[place + TRIED] = known;
  if (state.sizes[1]! < shape.leaves) trySplit(state, shape, rule, random, node);
}

function nodeOf({ fields, borders, links }: TreeState, values: Float64Array, at: number): number {
  let node = 0;
  // A child comes after its parent, so this ends.
  while (fields[node]! >= 0) node = links[node]! + (values[at + fields[node]!]! > borders[node]! ? 1 : 0);
  return node;
}

function leafOf(state: TreeState, values: Float64Array, at: number): number {
  return state.links[nodeOf(state, values, at)]!;
}

function weightOf({ leaves }: TreeState, { classes }: TreeShape, leaf: number): number {
  const place = leaf * (CLASSES + classes) + CLASSES;
  let sum = 0;
  for (let one = 0; one < classes; one++) sum += leaves[place + one]!;
  return sum;
}

/** Chances by naive Bayes with a normal distribution for each field and class. */
function bayes(
  { leaves, moments }: TreeState,
  { width, classes }: TreeShape,
  leaf: number,
  values: Float64Array,
  at: number,
  into: Float64Array,
): void {
  const place = leaf * (CLASSES + classes) + CLASSES;
  let most = -Infinity;
  for (let one = 0; one < classes; one++) {
    let log = Math.log(leaves[place + one]!);
    for (let field = 0; field < width && log > -Infinity; field++) {
      const value = values[at + field]!;
      const own = ((leaf * width + field) * classes + one) * 3;
      if (value !== value || moments[own]! <= 1) continue;
      const variance = moments[own + 2]! / (moments[own]! - 1);
      const apart = value - moments[own + 1]!;
      if (variance > 0) log -= (apart * apart) / (2 * variance) + Math.log(variance) / 2;
      // What was always equal and is not now has a chance of next to nothing.
      else if (apart !== 0) log -= 50;
    }
    into[one] = log;
    if (log > most) most = log;
  }
  for (let one = 0; one < classes; one++) into[one] = most === -Infinity ? 0 : Math.exp(into[one]! - most);
}

/** Splits a leaf where its best border is better than that of any other field, and than none. */
function trySplit(state: TreeState, shape: TreeShape, rule: TreeRule, random: RandomState, node: number): void {
  const { width, classes } = shape;
  const leaf = state.links[node]!;
  const place = leaf * (CLASSES + classes) + CLASSES;
  const counts = state.leaves.subarray(place, place + classes);
  const total = weightOf(state, shape, leaf);
  const before = entropyOf(counts, total);
  if (before === 0) return;
  let best = { gain: 0, field: -1, border: 0 };
  let second = 0;
  const below = new Float64Array(classes);
  for (let field = 0; field < width; field++) {
    if (state.looks[leaf * width + field] === 0) continue;
    const own = bestBorder(state, shape, { leaf, field, total, before, counts, below });
    if (own.gain > best.gain) {
      second = best.gain;
      best = { ...own, field };
    } else if (own.gain > second) second = own.gain;
  }
  const range = Math.log2(Math.max(2, classes));
  const bound = Math.sqrt((range * range * Math.log(1 / rule.delta)) / (2 * total));
  if (best.field >= 0 && (best.gain - second > bound || bound < rule.tie))
    split(state, shape, rule, random, node, best);
}

interface Tried {
  readonly leaf: number;
  readonly field: number;
  readonly total: number;
  readonly before: number;
  readonly counts: Float64Array;
  /** Room for what lies below a border. */
  readonly below: Float64Array;
}

function bestBorder(
  { moments, ranges }: TreeState,
  { width, classes }: TreeShape,
  { leaf, field, total, before, counts, below }: Tried,
): { gain: number; border: number } {
  const [least, most] = [ranges[(leaf * width + field) * 2]!, ranges[(leaf * width + field) * 2 + 1]!];
  const best = { gain: 0, border: 0 };
  if (!(most > least)) return best;
  const above = new Float64Array(classes);
  for (let i = 1; i <= BORDERS; i++) {
    const border = least + ((most - least) * i) / (BORDERS + 1);
    let under = 0;
    for (let one = 0; one < classes; one++) {
      const own = ((leaf * width + field) * classes + one) * 3;
      const known = moments[own]!;
      const deviation = known > 1 ? Math.sqrt(moments[own + 2]! / (known - 1)) : 0;
      const share =
        deviation > 0 ? normalBelow((border - moments[own + 1]!) / deviation) : moments[own + 1]! <= border ? 1 : 0;
      below[one] = counts[one]! * share;
      above[one] = counts[one]! - below[one]!;
      under += below[one]!;
    }
    // A border with next to nothing on one side says nothing.
    if (under < 0.01 * total || under > 0.99 * total) continue;
    const gain = before - (under * entropyOf(below, under) + (total - under) * entropyOf(above, total - under)) / total;
    if (gain > best.gain) [best.gain, best.border] = [gain, border];
  }
  return best;
}

function split(
  state: TreeState,
  shape: TreeShape,
  rule: TreeRule,
  random: RandomState,
  node: number,
  { field, border }: { readonly field: number; readonly border: number },
): void {
  const { classes, width } = shape;
  const [child, leaf] = [state.sizes[0]!, state.links[node]!];
  const other = state.sizes[1]!;
  state.sizes.set([child + 2, other + 1]);
  // What each side is expected to hold, so that a new leaf is not without an opinion.
  const shares = Float64Array.from({ length: classes }, (_, one) => {
    const own = ((leaf * width + field) * classes + one) * 3;
    const known = state.moments[own]!;
    const deviation = known > 1 ? Math.sqrt(state.moments[own + 2]! / (known - 1)) : 0;
    const mean = state.moments[own + 1]!;
    return deviation > 0 ? normalBelow((border - mean) / deviation) : mean <= border ? 1 : 0;
  });
  const place = leaf * (CLASSES + classes) + CLASSES;
  const counts = state.leaves.slice(place, place + classes);
  state.fields[node] = field;
  state.borders[node] = border;
  state.links[node] = child;
  for (const [i, slot] of [leaf, other].entries()) {
    state.fields[child + i] = -1;
    state.links[child + i] = slot;
    clearLeaf(state, shape, rule, random, slot);
    const at = slot * (CLASSES + classes);
    for (let one = 0; one < classes; one++) {
      state.leaves[at + CLASSES + one] = counts[one]! * (i === 0 ? shares[one]! : 1 - shares[one]!);
    }
    state.leaves[at + TRIED] = weightOf(state, shape, slot);
  }
}

function clearLeaf(
  state: TreeState,
  { width, classes }: TreeShape,
  rule: TreeRule,
  random: RandomState,
  leaf: number,
): void {
  state.leaves.fill(0, leaf * (CLASSES + classes), (leaf + 1) * (CLASSES + classes));
  state.moments.fill(0, leaf * width * classes * 3, (leaf + 1) * width * classes * 3);
  for (let field = 0; field < width; field++) {
    state.ranges[(leaf * width + field) * 2] = Infinity;
    state.ranges[(leaf * width + field) * 2 + 1] = -Infinity;
  }
  const looks = state.looks.subarray(leaf * width, (leaf + 1) * width).fill(rule.fields >= width ? 1 : 0);
  for (let left = rule.fields; left > 0 && rule.fields < width;) {
    const field = nextInteger(random, width);
    if (looks[field] === 1) continue;
    looks[field] = 1;
    left -= 1;
  }
}

function greatest(values: Float64Array, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[from + i]! > values[from + best]!) best = i;
  return best;
}

function entropyOf(counts: Float64Array, total: number): number {
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / total) * Math.log2(count / total);
  return entropy;
}

/** Abramowitz and Stegun, 26.2.17: right to seven digits. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const tail =
    ((((1.330_274_429 * t - 1.821_255_978) * t + 1.781_477_937) * t - 0.356_563_782) * t + 0.319_381_53) *
    t *
    Math.exp((-z * z) / 2) *
    0.398_942_280_401_432_7;
  return z > 0 ? 1 - tail : tail;
}
