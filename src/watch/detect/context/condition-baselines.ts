import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { asNormal } from './predictive.ts';
import { ANCHORED_AFTER, beginAnchor, checkAnchor, toldAt } from '../threshold/baseline-anchor.ts';
import type { AnchorState, Moved } from '../threshold/baseline-anchor.ts';

/** Conditions of one device that are told apart; what comes under further ones shares the last. */
export const MOST_CONDITIONS = 24;
/** Readings of a condition before it counts for anything. */
const SETTLES = 64;
const MEMORY = 3_600;
/** Values count for no more spreads. */
const FAR = 1e6;
/** How often is looked whether what is usual under a condition has moved, in readings under it. */
const ANCHOR_EVERY = 64;

interface Known {
  readonly usual: BaselineState;
  /** What was usual once. */
  readonly anchor: AnchorState;
}

/** What is usual under a condition has moved. */
export interface MovedCondition extends Moved {
  /** The centre that the field has by now, and readings under the condition. */
  readonly now: number;
  readonly readings: number;
}

/**
 * What is usual for a device under each condition: an operating state, a calendar, a part of a cycle. Detectors then
 * see how far a value is from what is usual under the condition that holds, so that what is usual when a machine runs
 * is unusual when it stands. Under a condition that was seldom seen so far nothing is judged, and then as sure as so few
 * readings make it.
 */
export class ConditionBaselines {
  readonly #width: number;
  readonly #known = new Map<number, Known>();
  #told = -Infinity;

  constructor(width: number) {
    this.#width = width;
  }

  get size(): number {
    return this.#known.size;
  }

  /** What is usual under a condition; null where that is not known. */
  usual(condition: number): BaselineState | null {
    return this.#known.get(condition)?.usual ?? null;
  }

  /** Readings under a condition. */
  readings(condition: number): number {
    const known = this.#known.get(condition);
    return known === undefined ? 0 : readingsOf(known.usual);
  }

  /**
   * How far the values of a row are from usual under its condition, in standard deviations of normal values that are as rare; NaN where that is not known. Then
   * learns the row.
   *
   * @param at where the row begins in `values` and `into`
   * @param last columns from which on values are left as they are
   */
  standardise(condition: number, values: Float64Array, at: number, into: Float64Array, last: number): void {
    const { usual } = this.#of(condition);
    for (let i = 0; i < this.#width; i++) {
      const value = values[at + i]!;
      if (i >= last) into[at + i] = value;
      else if (usual.counts[i]! < SETTLES || value !== value) into[at + i] = NaN;
      else into[at + i] = asNormal(Math.max(-FAR, Math.min(FAR, standardise(usual, i, value))), usual.counts[i]!);
    }
    learnBaseline(usual, values, at, MEMORY);
  }

  /**
   * Looks, now and then, whether what is usual under a condition has moved from what it was, however slowly. All
   * conditions together tell once in a part of the budget.
   *
   * @param seconds time of the reading that was learnt last
   * @param apart seconds between two times at which it tells
   */
  checkMoved(condition: number, resolutions: readonly number[], seconds: number, apart: number): MovedCondition | null {
    const { usual, anchor } = this.#of(condition);
    const readings = readingsOf(usual);
    if (readings < ANCHORED_AFTER || readings % ANCHOR_EVERY !== 0) return null;
    const moved = checkAnchor(anchor, usual, resolutions, seconds, apart, this.#told);
    if (moved === null) return null;
    this.#told = toldAt(anchor);
    return { ...moved, now: usual.centre[moved.field]!, readings };
  }

  /** All of it as numbers: the condition, then centres, spreads and counts, one after the other. */
  pack(): Float64Array {
    const length = 1 + 3 * this.#width;
    const all = [...this.#known].map(([condition, { usual }]) => [condition, usual] as const);
    const packed = new Float64Array(all.length * length);
    for (const [i, [condition, { centre, spread, counts }]] of all.entries()) {
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
      this.#known.set(packed[at]!, this.#begin(state));
    }
  }

  /** What was usual under each condition, in the order of `pack`. */
  packAnchors(): Float64Array {
    const anchors = [...this.#known.values()].map(({ anchor }) => anchor);
    const length = beginAnchor(this.#width).length;
    const packed = new Float64Array(anchors.length * length);
    for (const [i, anchor] of anchors.entries()) packed.set(anchor, i * length);
    return packed;
  }

  /** Goes on from them after `unpack`; where they do not fit they are held fast anew. */
  unpackAnchors(packed: Float64Array): void {
    const length = beginAnchor(this.#width).length;
    if (packed.length !== this.#known.size * length) return;
    for (const [i, { anchor }] of [...this.#known.values()].entries()) {
      anchor.set(packed.subarray(i * length, (i + 1) * length));
      this.#told = Math.max(this.#told, toldAt(anchor));
    }
  }

  #of(condition: number): Known {
    const key = this.#known.has(condition) || this.#known.size < MOST_CONDITIONS ? condition : LAST;
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = this.#begin(beginBaseline(this.#width))));
    return known;
  }

  #begin(usual: BaselineState): Known {
    return { usual, anchor: beginAnchor(this.#width) };
  }
}

/** The condition that further ones share. */
const LAST = -1;

function readingsOf({ counts }: BaselineState): number {
  let most = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i]! > most) most = counts[i]!;
  return most;
}
