import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';

/** Conditions of one device that are told apart; what comes under further ones shares the last. */
export const MOST_CONDITIONS = 24;
/** Readings of a condition before it counts for anything. */
const SETTLES = 64;
const MEMORY = 3_600;
/** Values count for no more spreads. */
const FAR = 1e6;

/**
 * What is usual for a device under each condition: an operating state, a calendar, a part of a cycle. Detectors then
 * see how far a value is from what is usual under the condition that holds, so that what is usual when a machine runs
 * is unusual when it stands. Under a condition that was seldom seen so far nothing is judged.
 */
export class ConditionBaselines {
  readonly #width: number;
  readonly #known = new Map<number, BaselineState>();

  constructor(width: number) {
    this.#width = width;
  }

  get size(): number {
    return this.#known.size;
  }

  /** What is usual under a condition; null where that is not known. */
  usual(condition: number): BaselineState | null {
    return this.#known.get(condition) ?? null;
  }

  /** Readings under a condition. */
  readings(condition: number): number {
    return this.#known.get(condition)?.counts.reduce((most, count) => Math.max(most, count), 0) ?? 0;
  }

  /**
   * How far the values of a row are from usual under its condition, in spreads; NaN where that is not known. Then
   * learns the row.
   *
   * @param at where the row begins in `values` and `into`
   * @param last columns from which on values are left as they are
   */
  standardise(condition: number, values: Float64Array, at: number, into: Float64Array, last: number): void {
    const state = this.#of(condition);
    for (let i = 0; i < this.#width; i++) {
      const value = values[at + i]!;
      if (i >= last) into[at + i] = value;
      else if (state.counts[i]! < SETTLES || value !== value) into[at + i] = NaN;
      else into[at + i] = Math.max(-FAR, Math.min(FAR, standardise(state, i, value)));
    }
    learnBaseline(state, values, at, MEMORY);
  }

  /** All of it as numbers: the condition, then centres, spreads and counts, one after the other. */
  pack(): Float64Array {
    const length = 1 + 3 * this.#width;
    const packed = new Float64Array(this.#known.size * length);
    for (const [i, [condition, { centre, spread, counts }]] of [...this.#known].entries()) {
      packed[i * length] = condition;
      packed.set(centre, i * length + 1);
      packed.set(spread, i * length + 1 + this.#width);
      packed.set(counts, i * length + 1 + 2 * this.#width);
    }
    return packed;
  }

  /** Goes on from what was packed, where it is of as many fields. */
  unpack(packed: Float64Array): void {
    const length = 1 + 3 * this.#width;
    if (packed.length % length !== 0) return;
    for (let at = 0; at < packed.length; at += length) {
      const state = beginBaseline(this.#width);
      state.centre.set(packed.subarray(at + 1, at + 1 + this.#width));
      state.spread.set(packed.subarray(at + 1 + this.#width, at + 1 + 2 * this.#width));
      state.counts.set(packed.subarray(at + 1 + 2 * this.#width, at + length));
      this.#known.set(packed[at]!, state);
    }
  }

  #of(condition: number): BaselineState {
    const key = this.#known.has(condition) || this.#known.size < MOST_CONDITIONS ? condition : LAST;
    let state = this.#known.get(key);
    if (state === undefined) this.#known.set(key, (state = beginBaseline(this.#width)));
    return state;
  }
}

/** The condition that further ones share. */
const LAST = -1;
