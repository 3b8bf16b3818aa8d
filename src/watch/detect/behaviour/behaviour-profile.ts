import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { StateArena } from '../state-arena.ts';

/** Readings that behaviour is told from. */
export const BEHAVIOUR_WINDOW = 32;
/** Windows one after the other that have to be strange. */
export const STRANGE_WINDOWS = 2;
/** What is told of each column in a window: its level, how far it spreads, how fast it changes. */
export const TRAITS = 3;
/** Windows of a device or of its peers before they say anything. */
export const PROFILE_SETTLES = 16;
const MEMORY = 1_024;
/** As many windows it looks back at while it learns a stranger who was told of: that shall take few of them. */
const TOLD_MEMORY = 4;
/** Latest scores of windows that were no strangers. */
const KEPT = 64;
/** A trait counts for no more spreads. */
const FAR = 8;
/** How far beyond the greatest of the scores of late a window has to be. */
const [TIMES, MORE] = [1.25, 0.5];
/** A trait that so great a share of the windows had was always there. */
const ALWAYS = 0.98;

/** How a device, or all devices of a stream, behave: what is usual of the traits of a window, and how far windows go from it. */
export class BehaviourProfile {
  readonly traits: BaselineState;
  /** A ring of scores, then how many there were; once it is full, where the next goes beside its length. */
  readonly scores: Float32Array;

  /**
   * @param columns of a reading, the time between two among them
   * @param arena where what it knows lies
   */
  constructor(columns: number, arena = new StateArena()) {
    this.traits = arena.takeAll(beginBaseline(TRAITS * columns));
    this.scores = arena.take(new Float32Array(KEPT + 1));
  }

  get windows(): number {
    return this.traits.counts.reduce((most, count) => Math.max(most, count), 0);
  }

  /** Beyond this a window is strange; Infinity while too little is known. */
  get limit(): number {
    const seen = Math.min(KEPT, this.scores[KEPT]!);
    if (this.windows < PROFILE_SETTLES || seen < PROFILE_SETTLES / 2) return Infinity;
    let greatest = 0;
    for (let i = 0; i < seen; i++) if (this.scores[i]! > greatest) greatest = this.scores[i]!;
    return TIMES * greatest + MORE;
  }

  /**
   * How far the traits of a window are from usual, in spreads: the mean of all. What is missing that always was there is
   * as far as can be; 0 while nothing is known.
   */
  score(window: Float64Array): number {
    const { windows } = this;
    let [sum, count] = [0, 0];
    for (let i = 0; i < window.length; i++) {
      const value = window[i]!;
      const seen = this.traits.counts[i]!;
      if (seen < 2 || (value !== value && seen < ALWAYS * windows)) continue;
      const far = value === value ? Math.min(FAR, Math.abs(standardise(this.traits, i, value))) : FAR;
      sum += far;
      count += 1;
    }
    return count === 0 ? 0 : sum / count;
  }

  /** Learns a window that was no stranger's, with the score that it had. */
  learn(window: Float64Array, score: number): void {
    if (this.windows >= PROFILE_SETTLES / 2) {
      const number = this.scores[KEPT]!;
      this.scores[number % KEPT] = score;
      // No count goes on for ever in single precision.
      this.scores[KEPT] = number < KEPT ? number + 1 : KEPT + ((number + 1) % KEPT);
    }
    learnBaseline(this.traits, window, 0, MEMORY);
  }

  /**
   * Learns a window of a stranger who was told of. How far usual windows go stays as it is: a limit that followed what is
   * beyond it would soon be above all that can be scored.
   */
  learnTold(window: Float64Array): void {
    learnBaseline(this.traits, window, 0, TOLD_MEMORY);
  }
}

/** Follows the readings of one device, window by window. */
export class TraitWindow {
  readonly #columns: number;
  /** Of each column: sum, sum of squares, sum of changes, values, the latest; then rows. */
  readonly state: Float64Array;

  constructor(columns: number, arena = new StateArena()) {
    this.#columns = columns;
    this.state = arena.take(new Float64Array(5 * columns + 1));
    for (let i = 0; i < columns; i++) this.state[5 * i + 4] = NaN;
  }

  /** Takes a row; the traits of the window that it ends, else null. */
  take(values: Float64Array, at: number): Float64Array | null {
    for (let i = 0; i < this.#columns; i++) {
      const value = values[at + i]!;
      if (value !== value) continue;
      const own = 5 * i;
      this.state[own] = this.state[own]! + value;
      this.state[own + 1] = this.state[own + 1]! + value * value;
      const change = Math.abs(value - this.state[own + 4]!);
      if (change === change) this.state[own + 2] = this.state[own + 2]! + change;
      this.state[own + 3] = this.state[own + 3]! + 1;
      this.state[own + 4] = value;
    }
    const rows = this.state.length - 1;
    const taken = this.state[rows]! + 1;
    this.state[rows] = taken;
    return taken < BEHAVIOUR_WINDOW ? null : this.#end();
  }

  /** Begins the window anew. */
  beginAnew(): void {
    this.state.fill(0);
    for (let i = 0; i < this.#columns; i++) this.state[5 * i + 4] = NaN;
  }

  #end(): Float64Array {
    const traits = new Float64Array(TRAITS * this.#columns).fill(NaN);
    for (let i = 0; i < this.#columns; i++) {
      const own = 5 * i;
      const [sum, squares] = [this.state[own]!, this.state[own + 1]!];
      const [changes, count] = [this.state[own + 2]!, this.state[own + 3]!];
      if (count >= BEHAVIOUR_WINDOW / 4) {
        const mean = sum / count;
        const spread = Math.sqrt(Math.max(0, squares / count - mean * mean));
        const floor = 1e-6 * Math.max(1, Math.abs(mean));
        traits.set([mean, Math.log(spread + floor), Math.log(changes / count + floor)], TRAITS * i);
      }
      this.state.fill(0, 5 * i, 5 * i + 4);
    }
    this.state[this.state.length - 1] = 0;
    return traits;
  }
}
