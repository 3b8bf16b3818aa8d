import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import { ModelsError } from '../errors.ts';
import { AdaptiveForest } from './adaptive-forest.ts';
import type { AdaptiveForestOptions } from './adaptive-forest.ts';
import { askTrackers, beginTrackers, learnTrackers, STANDARD_TRACKERS, trackersOf } from './linear-trackers.ts';
import type { TrackerState } from './linear-trackers.ts';

const NAME = 'stream-classifier';
const VERSION = 1;
/** Trust that each expert keeps whatever it said, so that it can come back. */
const FIXED_SHARE = 0.001;
/** Nobody is taken to be surer than this: one error of an expert that was certain must not end its trust. */
const LEAST_CHANCE = 0.01;

/**
 * A classifier of rows that learns as it goes and follows change: an adaptive forest, which knows how fields act
 * together, and linear models of several paces, which follow a border that moves. They are mixed by how well each did
 * lately. Equal seeds and rows give equal answers.
 *
 * @see Herbster and Warmuth, "Tracking the best expert" (Machine Learning, 1998)
 */
export class StreamClassifier {
  readonly width: number;
  readonly classes: number;
  #forest: AdaptiveForest;
  readonly #trackers: TrackerState;
  /** How far the forest, and then each linear model, is trusted. */
  readonly #trust: Float64Array;
  /** What each of them says of the row in hand. */
  readonly #told: Float64Array;
  readonly #mixed: Float64Array;

  /**
   * @param width fields of a row
   * @param classes labels are 0 to one less
   */
  constructor(width: number, classes: number, seed = 0, options: Partial<AdaptiveForestOptions> = {}) {
    this.width = width;
    this.classes = classes;
    this.#forest = new AdaptiveForest(width, classes, seed, options);
    this.#trackers = beginTrackers(width, classes, STANDARD_TRACKERS);
    const experts = 1 + trackersOf(STANDARD_TRACKERS);
    this.#trust = new Float64Array(experts).fill(1 / experts);
    this.#told = new Float64Array(experts * classes);
    this.#mixed = new Float64Array(classes);
  }

  /**
   * The most likely class of a row; learns nothing.
   *
   * @param at where the row starts in `values`
   */
  predict(values: Float64Array, at = 0): number {
    this.#ask(values, at);
    const mixed = this.#mixed.fill(0);
    for (const [expert, trust] of this.#trust.entries()) {
      for (let one = 0; one < this.classes; one++) mixed[one] = mixed[one]! + trust * this.#chance(expert, one);
    }
    return mixed.indexOf(Math.max(...mixed));
  }

  /** Learns a row. @param label 0 to `classes` − 1 */
  learn(values: Float64Array, label: number, at = 0): void {
    this.#ask(values, at);
    this.#trustAnew(label);
    learnTrackers(
      this.#trackers,
      STANDARD_TRACKERS,
      this.width,
      { values, at, label },
      this.#told.subarray(this.classes),
    );
    this.#forest.learn(values, label, at);
  }

  snapshot(): Uint8Array {
    const { width, classes } = this;
    const state = { width, classes, trust: this.#trust, forest: this.#forest.snapshot(), ...this.#trackers };
    return encodeState(NAME, VERSION, state);
  }

  /**
   * A classifier that goes on from a snapshot.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {ModelsError} MODELS_STATE_UNFIT if the state is sound and yet cannot be one of a classifier
   */
  static restore(bytes: Uint8Array): StreamClassifier {
    const state = decodeState(bytes, NAME, VERSION);
    const forest = state.get('forest');
    if (!(forest instanceof Uint8Array)) throw unfit('its forest is missing');
    const restored = AdaptiveForest.restore(forest);
    const classifier = new StreamClassifier(restored.width, restored.classes, 0, { trees: 1, leaves: 1 });
    classifier.#forest = restored;
    const take = (name: string, into: Float64Array): void => {
      const value: number | StateArray | undefined = state.get(name);
      if (!(value instanceof Float64Array) || value.length !== into.length) throw unfit(`${name} does not fit`);
      into.set(value);
    };
    take('trust', classifier.#trust);
    for (const [name, array] of Object.entries(classifier.#trackers)) take(name, array);
    return classifier;
  }

  #ask(values: Float64Array, at: number): void {
    const { classes } = this;
    this.#forest.chances(values, at, this.#told.subarray(0, classes));
    askTrackers(this.#trackers, STANDARD_TRACKERS, this.width, values, at, this.#told.subarray(classes));
  }

  /** What an expert gives a class, never quite nothing. */
  #chance(expert: number, one: number): number {
    return LEAST_CHANCE / this.classes + (1 - LEAST_CHANCE) * this.#told[expert * this.classes + one]!;
  }

  /** Bayes' rule, with a little of everybody's trust shared out. */
  #trustAnew(label: number): void {
    const trust = this.#trust;
    let sum = 0;
    for (let expert = 0; expert < trust.length; expert++)
      sum += trust[expert] = trust[expert]! * this.#chance(expert, label);
    for (let expert = 0; expert < trust.length; expert++) {
      trust[expert] = (1 - FIXED_SHARE) * (trust[expert]! / sum) + FIXED_SHARE / trust.length;
    }
  }
}

function unfit(what: string): ModelsError {
  return new ModelsError('MODELS_STATE_UNFIT', `Cannot restore ${NAME}: ${what}`, {
    hint: 'Restore an older snapshot, or let it learn anew',
  });
}
