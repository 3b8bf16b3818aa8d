import { BehaviourProfile, PROFILE_SETTLES, STRANGE_WINDOWS, TraitWindow } from './behaviour-profile.ts';
import { StateArena } from '../state-arena.ts';

/** How a device behaves beside what it did before, and beside the others of its stream. */
export interface BehaviourScore {
  /** 1 where it is as usual, 0 where it is at the limit or beyond; null while too little is known. */
  readonly asItself: number | null;
  readonly asPeers: number | null;
}

/**
 * Tells whether a device behaves as itself, and while it is new as the others of its stream do. What is strange is
 * learnt by neither, so that a stranger does not become usual by staying.
 */
export class BehaviourWatch {
  readonly own: BehaviourProfile;
  readonly window: TraitWindow;
  /** Strange windows one after the other; scores of the last window beside the limits. */
  readonly numbers: Float64Array;

  constructor(columns: number, arena = new StateArena()) {
    this.own = new BehaviourProfile(columns, arena);
    this.window = new TraitWindow(columns, arena);
    this.numbers = arena.take(new Float64Array(3)).fill(NaN, 1);
  }

  get score(): BehaviourScore {
    const of = (share: number): number | null => (share === share ? Math.max(0, 1 - share) : null);
    return { asItself: of(this.numbers[1]!), asPeers: of(this.numbers[2]!) };
  }

  /**
   * Takes the next row.
   *
   * @param peers profile of all devices of the stream; null where there is none to compare with
   * @returns what is strange, once: that it is not as itself, or as its peers
   */
  take(values: Float64Array, at: number, peers: BehaviourProfile | null): 'itself' | 'peers' | null {
    const traits = this.window.take(values, at);
    if (traits === null) return null;
    const [own, shared] = [this.own.score(traits), peers?.score(traits) ?? 0];
    const [ownLimit, sharedLimit] = [this.own.limit, peers?.limit ?? Infinity];
    this.numbers[1] = ownLimit === Infinity ? NaN : own / ownLimit;
    this.numbers[2] = sharedLimit === Infinity ? NaN : shared / sharedLimit;
    // A device that is known is held against itself: peers differ, as by where they stand.
    const known = this.own.windows >= PROFILE_SETTLES;
    const strange = known ? own > ownLimit : shared > sharedLimit;
    if (!strange) {
      this.numbers[0] = 0;
      this.own.learn(traits, own);
      peers?.learn(traits, shared);
      return null;
    }
    this.numbers[0] = this.numbers[0]! + 1;
    return this.numbers[0] === STRANGE_WINDOWS ? (known ? 'itself' : 'peers') : null;
  }
}
