import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import { ModelsError } from '../errors.ts';

/**
 * A random forest that tells classes apart, as plain typed arrays.
 *
 * The trees stand one after the other. An inner node goes left where the value of its field is at most its threshold,
 * else right, and missing values (NaN) go right. A leaf (field −1) has the classes of the training rows that reached
 * it, as a stretch of `leafClasses` and `leafShares` from `left` up to `right`.
 *
 * @see Breiman, "Random forests" (Machine Learning 45, 2001)
 */
export interface Forest {
  readonly classes: readonly string[];
  /** Values of a row. */
  readonly width: number;
  /** First node of each tree. */
  readonly roots: Int32Array;
  readonly fields: Int32Array;
  readonly thresholds: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leafClasses: Int32Array;
  readonly leafShares: Float64Array;
}

const NAME = 'forest';
const VERSION = 1;
const ARRAYS = ['roots', 'fields', 'thresholds', 'left', 'right', 'leafClasses', 'leafShares'] as const;

/**
 * How probable each class is for each row: the mean share over the trees.
 *
 * @param values rows one after the other, `width` values each; NaN is a missing value
 * @param out rows × classes, overwritten; each row sums to 1
 * @throws {RangeError} if either does not hold whole rows of the forest's shape
 */
export function forestProbabilities(forest: Forest, values: Float64Array, out: Float64Array): void {
  const { width, classes, roots } = forest;
  const rows = values.length / width;
  if (!Number.isInteger(rows)) throw new RangeError(`${values.length} values are no rows of ${width}`);
  if (out.length !== rows * classes.length) {
    throw new RangeError(`${out.length} places are not ${rows} rows of ${classes.length} classes`);
  }
  out.fill(0);
  const weight = 1 / roots.length;
  for (let row = 0; row < rows; row++) {
    for (let tree = 0; tree < roots.length; tree++) {
      addLeaf(forest, leafOf(forest, tree, values, row * width), weight, out, row * classes.length);
    }
  }
}

/** The leaf of a tree that a row reaches. */
export function leafOf(
  { roots, fields, thresholds, left, right }: Forest,
  tree: number,
  values: Float64Array,
  at: number,
): number {
  let node = roots[tree]!;
  for (let field = fields[node]!; field >= 0; field = fields[node]!) {
    node = values[at + field]! <= thresholds[node]! ? left[node]! : right[node]!;
  }
  return node;
}

/** Adds the shares of a leaf's classes, weighted, to a row of classes. */
export function addLeaf(forest: Forest, leaf: number, weight: number, out: Float64Array, at: number): void {
  const end = forest.right[leaf]!;
  for (let i = forest.left[leaf]!; i < end; i++) {
    const place = at + forest.leafClasses[i]!;
    out[place] = out[place]! + weight * forest.leafShares[i]!;
  }
}

/** The most probable class of a row of probabilities, the first of equals, and how probable it is. */
export function likeliest(
  { classes }: Pick<Forest, 'classes'>,
  probabilities: Float64Array,
  row = 0,
): { readonly name: string; readonly probability: number } {
  let best = row * classes.length;
  for (let i = best + 1; i < (row + 1) * classes.length; i++) {
    if (probabilities[i]! > probabilities[best]!) best = i;
  }
  return { name: classes[best % classes.length]!, probability: probabilities[best]! };
}

/** A forest as bytes, in the layout of `docs/formats/detector-state.md`. */
export function snapshotForest(forest: Forest): Uint8Array {
  const state: Record<string, number | StateArray> = {
    width: forest.width,
    classes: encodeUtf8(JSON.stringify(forest.classes)),
  };
  for (const name of ARRAYS) state[name] = forest[name];
  return encodeState(NAME, VERSION, state);
}

/**
 * The forest of a snapshot.
 *
 * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
 * @throws {ModelsError} MODELS_STATE_UNFIT if its parts do not go together
 */
export function restoreForest(bytes: Uint8Array): Forest {
  const state = decodeState(bytes, NAME, VERSION);
  const ints = (name: string): Int32Array => {
    const found = state.get(name);
    return found instanceof Int32Array ? found : unfit(`${name} is missing`);
  };
  const doubles = (name: string): Float64Array => {
    const found = state.get(name);
    return found instanceof Float64Array ? found : unfit(`${name} is missing`);
  };
  const forest: Forest = {
    classes: classesOf(state.get('classes')),
    width: Number(state.get('width')),
    roots: ints('roots'),
    fields: ints('fields'),
    thresholds: doubles('thresholds'),
    left: ints('left'),
    right: ints('right'),
    leafClasses: ints('leafClasses'),
    leafShares: doubles('leafShares'),
  };
  const fault = faultOf(forest);
  return fault === undefined ? forest : unfit(fault);
}

function classesOf(bytes: number | StateArray | undefined): readonly string[] {
  let names: unknown;
  try {
    names = bytes instanceof Uint8Array ? JSON.parse(decodeUtf8(bytes)) : undefined;
  } catch {
    // Told below.
  }
  const isNames = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string');
  return isNames ? (names as string[]) : unfit('classes are missing');
}

/** What would lead a walk astray: every walk has to end in a leaf of classes that there are. */
function faultOf(forest: Forest): string | undefined {
  const { classes, width, roots, fields, thresholds, left, right, leafClasses, leafShares } = forest;
  if (!(Number.isInteger(width) && width > 0)) return `rows have ${width} values`;
  const nodes = fields.length;
  if ([thresholds, left, right].some(({ length }) => length !== nodes)) return 'nodes are incomplete';
  if (roots.length === 0 || roots.some((root) => root < 0 || root >= nodes)) return 'a tree has no root';
  if (leafClasses.length !== leafShares.length) return 'leaves are incomplete';
  if (leafClasses.some((one) => one < 0 || one >= classes.length)) return 'a leaf has a class that there is none of';
  for (let node = 0; node < nodes; node++) {
    const [from, to] = [left[node]!, right[node]!];
    if (fields[node]! >= width) return 'a node splits what is not there';
    // Children stand behind their parent, so no walk goes round.
    const sound =
      fields[node]! < 0
        ? from >= 0 && from < to && to <= leafClasses.length
        : from > node && from < nodes && to > node && to < nodes;
    if (!sound) return `node ${node} leads nowhere`;
  }
  return undefined;
}

function unfit(what: string): never {
  throw new ModelsError('MODELS_STATE_UNFIT', `Cannot restore a forest: ${what}`, {
    hint: 'Take an older snapshot, or learn anew',
  });
}
