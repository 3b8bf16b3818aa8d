import {
  adwinMean,
  beginAdwin,
  decodeState,
  encodeState,
  nextUniform,
  seedRandom,
  STANDARD_ADWIN,
  takeAdwin,
} from '#learn/features/index.ts';
import type { AdwinState, RandomState, StateArray } from '#learn/features/index.ts';
import { ModelsError } from '../errors.ts';
import { beginTree, clearTree, learnRow, voteOf } from './hoeffding-tree.ts';
import type { TreeRule, TreeShape, TreeState } from './hoeffding-tree.ts';

/** Settings of a forest; those of the paper where it names them. */
export interface AdaptiveForestOptions {
  readonly trees: number;
  /** Mean of the weights with which each tree learns a row. */
  readonly weight: number;
  /** Chances of ADWIN for a warning and for a change, where nothing changes. */
  readonly warning: number;
  readonly change: number;
  readonly grace: number;
  readonly delta: number;
  readonly tie: number;
  /** Leaves of a tree at most. */
  readonly leaves: number;
}

export const STANDARD_FOREST: AdaptiveForestOptions = {
  trees: 10,
  weight: 6,
  warning: 0.01,
  change: 0.001,
  grace: 50,
  delta: 0.01,
  tie: 0.05,
  leaves: 256,
};

const NAME = 'adaptive-forest';
const VERSION = 1;

interface Member {
  readonly tree: TreeState;
  /** Learns in the background from a warning on, to take the place of the tree. */
  readonly next: TreeState;
  readonly warning: AdwinState;
  readonly change: AdwinState;
  /** [whether the next one learns, rows judged, rows judged rightly]. */
  readonly own: Float64Array;
}

/**
 * A classifier of rows that learns as it goes and follows change: trees over a stream, each of which learns every row
 * with a random weight and looks at some fields in each leaf. Each tree has two watches over its own errors: the first
 * begins another in the background, the second puts it in its place. Equal seeds and rows give equal answers.
 *
 * @see Gomes et al., "Adaptive random forests for evolving data stream classification" (Machine Learning, 2017)
 */
export class AdaptiveForest {
  readonly width: number;
  readonly classes: number;
  readonly #options: AdaptiveForestOptions;
  readonly #shape: TreeShape;
  readonly #rule: TreeRule;
  readonly #random: RandomState;
  readonly #members: readonly Member[];
  readonly #vote: Float64Array;
  readonly #votes: Float64Array;

  /**
   * @param width fields of a row
   * @param classes labels are 0 to one less
   */
  constructor(width: number, classes: number, seed = 0, options: Partial<AdaptiveForestOptions> = {}) {
    this.width = width;
    this.classes = classes;
    this.#options = { ...STANDARD_FOREST, ...options };
    const { trees, leaves, grace, delta, tie } = this.#options;
    this.#shape = { width, classes, leaves };
    // As the paper has it: the root of the fields and one more, of so few at least half.
    this.#rule = { grace, delta, tie, fields: Math.min(width, Math.round(Math.sqrt(width)) + 1) };
    this.#random = seedRandom(seed);
    this.#members = Array.from({ length: trees }, () => ({
      tree: beginTree(this.#shape, this.#rule, this.#random),
      next: beginTree(this.#shape, this.#rule, this.#random),
      warning: beginAdwin(),
      change: beginAdwin(),
      own: new Float64Array(3),
    }));
    this.#vote = new Float64Array(classes);
    this.#votes = new Float64Array(classes);
  }

  /**
   * The most likely class of a row; learns nothing.
   *
   * @param at where the row starts in `values`
   */
  predict(values: Float64Array, at = 0): number {
    this.chances(values, at, this.#votes);
    return greatest(this.#votes);
  }

  /**
   * The chances of the classes for a row, by the trees weighed by how often each was right; learns nothing.
   *
   * @param into a place for each class; they add up to 1, or are all 0 while nothing is known
   */
  chances(values: Float64Array, at: number, into: Float64Array): void {
    into.fill(0);
    for (const member of this.#members) {
      this.#ask(member.tree, values, at);
      const [, judged, right] = member.own as unknown as readonly [number, number, number];
      const weight = judged > 0 ? right / judged : 1;
      for (let one = 0; one < this.classes; one++) into[one] = into[one]! + weight * this.#vote[one]!;
    }
    normalise(into);
  }

  /** Learns a row. @param label 0 to `classes` − 1 */
  learn(values: Float64Array, label: number, at = 0): void {
    for (const member of this.#members) {
      this.#ask(member.tree, values, at);
      const wrong = greatest(this.#vote) === label ? 0 : 1;
      const { own } = member;
      own[1] = own[1]! + 1;
      own[2] = own[2]! + 1 - wrong;
      this.#watch(member, wrong);
      const weight = nextPoisson(this.#random, this.#options.weight);
      if (weight === 0) continue;
      const row = { values, at, label, weight };
      learnRow(member.tree, this.#shape, this.#rule, this.#random, row);
      if (own[0] === 1) learnRow(member.next, this.#shape, this.#rule, this.#random, row);
    }
  }

  snapshot(): Uint8Array {
    const state: Record<string, number | StateArray> = {
      width: this.width,
      classes: this.classes,
      random: this.#random,
    };
    for (const [name, value] of Object.entries(this.#options)) state[`option ${name}`] = value;
    for (const [i, member] of this.#members.entries()) {
      for (const [name, array] of arraysOf(member)) state[`${i} ${name}`] = array;
    }
    return encodeState(NAME, VERSION, state);
  }

  /**
   * A forest that goes on from a snapshot.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {ModelsError} MODELS_STATE_UNFIT if the state is sound and yet cannot be one of a forest
   */
  static restore(bytes: Uint8Array): AdaptiveForest {
    const state = decodeState(bytes, NAME, VERSION);
    const number = (name: string): number => {
      const value = state.get(name);
      if (typeof value === 'number') return value;
      throw unfit(`${name} is missing`);
    };
    const options = Object.fromEntries(
      Object.keys(STANDARD_FOREST).map((name) => [name, number(`option ${name}`)]),
    ) as unknown as AdaptiveForestOptions;
    const forest = new AdaptiveForest(number('width'), number('classes'), 0, options);
    const take = (name: string, into: StateArray): void => {
      const value = state.get(name);
      if (
        value === undefined ||
        typeof value === 'number' ||
        value.constructor !== into.constructor ||
        value.length !== into.length
      )
        throw unfit(`${name} does not fit`);
      into.set(value);
    };
    take('random', forest.#random);
    for (const [i, member] of forest.#members.entries()) {
      for (const [name, array] of arraysOf(member)) take(`${i} ${name}`, array);
      for (const tree of [member.tree, member.next]) checkTree(tree, forest.#shape);
    }
    return forest;
  }

  #ask(tree: TreeState, values: Float64Array, at: number): void {
    const vote = this.#vote;
    voteOf(tree, this.#shape, values, at, vote);
    normalise(vote);
  }

  /** A change for the better is none: only errors that grow count. */
  #watch(member: Member, wrong: number): void {
    const { warning, change } = this.#options;
    const { own } = member;
    const [before, beforeChange] = [adwinMean(member.warning), adwinMean(member.change)];
    if (takeAdwin(member.warning, wrong, { ...STANDARD_ADWIN, delta: warning }) && adwinMean(member.warning) > before) {
      clearTree(member.next, this.#shape, this.#rule, this.#random);
      own[0] = 1;
    }
    if (!takeAdwin(member.change, wrong, { ...STANDARD_ADWIN, delta: change })) return;
    if (adwinMean(member.change) <= beforeChange) return;
    // Where nothing learnt in the background it is a tree that knows nothing yet.
    if (own[0] !== 1) clearTree(member.next, this.#shape, this.#rule, this.#random);
    for (const name of Object.keys(member.tree) as (keyof TreeState)[]) member.tree[name].set(member.next[name]);
    member.warning.fill(0);
    member.change.fill(0);
    own.fill(0);
  }
}

function arraysOf({ tree, next, warning, change, own }: Member): readonly (readonly [string, StateArray])[] {
  return [
    ...Object.entries(tree).map(([name, array]) => [`tree ${name}`, array] as const),
    ...Object.entries(next).map(([name, array]) => [`next ${name}`, array] as const),
    ['warning', warning],
    ['change', change],
    ['own', own],
  ];
}

/** Links that lead backwards or out of the arrays would hang a search or misread. */
function checkTree({ fields, links, sizes }: TreeState, { width, leaves }: TreeShape): void {
  const nodes = sizes[0]!;
  if (!(nodes >= 1 && nodes <= fields.length && sizes[1]! >= 1 && sizes[1]! <= leaves))
    throw unfit('a tree has no size');
  for (let node = 0; node < nodes; node++) {
    const sound =
      fields[node]! < 0
        ? links[node]! >= 0 && links[node]! < leaves
        : fields[node]! < width && links[node]! > node && links[node]! + 1 < nodes;
    if (!sound) throw unfit(`node ${node} of a tree leads nowhere`);
  }
}

function unfit(what: string): ModelsError {
  return new ModelsError('MODELS_STATE_UNFIT', `Cannot restore ${NAME}: ${what}`, {
    hint: 'Restore an older snapshot, or let it learn anew',
  });
}

/** Makes them add up to 1 where they are not all 0. */
function normalise(values: Float64Array): void {
  let sum = 0;
  for (const value of values) sum += value;
  if (sum > 0) for (let i = 0; i < values.length; i++) values[i] = values[i]! / sum;
}

function greatest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Knuth's product of uniform numbers. */
function nextPoisson(random: RandomState, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = nextUniform(random); product > limit; product *= nextUniform(random)) count += 1;
  return count;
}
