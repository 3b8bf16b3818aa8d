import { StateArena } from '../state-arena.ts';
import type { BehaviourScore, Others, Strange } from './behaviour-watch.ts';
import { isForeign, shareOf } from './type-profiles.ts';

/** Rows one after the other that have to look like another type: each sums up a period, so few are enough. */
export const FOREIGN_ROWS = 3;
const [SHARE, FOREIGN] = [0, 1];

/** Tells whether a device is as its type where each row sums up a period: the row itself is what is looked at. */
export class TypeWatch {
  /** How far the last row was from its type's limit, and foreign rows one after the other. */
  readonly numbers: Float64Array;

  constructor(arena = new StateArena()) {
    this.numbers = arena.take(Float64Array.of(NaN, 0));
  }

  get score(): BehaviourScore {
    const share = this.numbers[SHARE]!;
    return { asItself: null, asPeers: null, asType: share === share ? Math.max(0, 1 - share) : null };
  }

  /**
   * Takes the next row, which its type learns where it does not look foreign.
   *
   * @param traits of the row; NaN is a missing one
   * @returns what is strange, once
   */
  take(traits: Float64Array, { type, types }: Others): Strange | null {
    if (type === undefined || types === undefined) return null;
    const look = types.judge(type, traits);
    this.numbers[SHARE] = shareOf(look);
    const foreign = isForeign(look, type);
    this.numbers[FOREIGN] = foreign ? this.numbers[FOREIGN]! + 1 : 0;
    if (!foreign) types.learn(type, traits);
    return this.numbers[FOREIGN] === FOREIGN_ROWS ? { unlike: 'type', like: look!.like } : null;
  }
}
