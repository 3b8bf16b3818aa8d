import { BehaviourProfile, PROFILE_SETTLES, STRANGE_WINDOWS, TraitWindow } from './behaviour-profile.ts';
import type { PeerView } from '#learn/features/index.ts';
import { StateArena } from '../state-arena.ts';
import { FOREIGN_WINDOWS, isForeign, shareOf } from './type-profiles.ts';
import type { TypeProfiles } from './type-profiles.ts';

/** Alarms, less what the budget has paid for, from which on what comes again and again is learnt. */
const KNOWN_FROM = 2;
/** No more of them count: else a device that was told of very often would be free to change for very long. */
const MOST_UNPAID = 4;

/** How a device behaves beside what it did before, and beside the others of its stream. */
export interface BehaviourScore {
  /** 1 where it is as usual, 0 where it is at the limit or beyond; null while too little is known. */
  readonly asItself: number | null;
  readonly asPeers: number | null;
  /** 1 where all trees take it for its type, 0 where it is at the limit or looks like another type. */
  readonly asType: number | null;
}

/** What a device is held against beside itself. */
export interface Others {
  /** Profile of all devices of the stream; null where there is none to compare with. */
  readonly peers: BehaviourProfile | null;
  /** Its type and how the types of the stream behave; absent where its type is not known. */
  readonly type?: string;
  readonly types?: TypeProfiles;
  /** Where features find what is usual among the others of its stream and type; absent where none asks. */
  readonly group?: PeerView;
}

/** What is strange of a device: that it is not as itself, not as its peers, or as a type that it is not of. */
export type Strange = { readonly unlike: 'itself' | 'peers' } | { readonly unlike: 'type'; readonly like: string };

/**
 * Tells whether a device behaves as itself, and while it is new as the others of its stream do. What is strange is
 * learnt by neither, so that a stranger does not become usual by staying.
 *
 * A device that is told of and then is itself again, more often than the budget of false alarms allows, has more ways to
 * behave than were known: those are learnt, each from where it has been told. So whatever else it does is told as before,
 * and nobody can have one misbehaviour learnt by showing another.
 */
export class BehaviourWatch {
  readonly own: BehaviourProfile;
  readonly window: TraitWindow;
  /** Strange windows one after the other; scores of the last window beside the limits: own, peers', type's; foreign windows one after the other; alarms that no budget has paid for. */
  readonly numbers: Float64Array;

  constructor(columns: number, arena = new StateArena()) {
    this.own = new BehaviourProfile(columns, arena);
    this.window = new TraitWindow(columns, arena);
    this.numbers = arena.take(Float64Array.of(0, NaN, NaN, NaN, 0, 0));
  }

  get score(): BehaviourScore {
    const of = (share: number): number | null => (share === share ? Math.max(0, 1 - share) : null);
    return { asItself: of(this.numbers[1]!), asPeers: of(this.numbers[2]!), asType: of(this.numbers[3]!) };
  }

  /** Time passes, in which the budget pays for a share of an alarm. */
  pass(share: number): void {
    this.numbers[5] = Math.max(0, this.numbers[5]! - share);
  }

  /**
   * Takes the next row.
   *
   * @returns what is strange, once
   */
  take(values: Float64Array, at: number, { peers, type, types }: Others): Strange | null {
    const traits = this.window.take(values, at);
    if (traits === null) return null;
    const foreign = type === undefined || types === undefined ? null : this.#judgeType(traits, type, types);
    const [own, shared] = [this.own.score(traits), peers?.score(traits) ?? 0];
    const [ownLimit, sharedLimit] = [this.own.limit, peers?.limit ?? Infinity];
    this.numbers[1] = ownLimit === Infinity ? NaN : own / ownLimit;
    this.numbers[2] = sharedLimit === Infinity ? NaN : shared / sharedLimit;
    // A device that is known is held against itself: peers differ, as by where they stand.
    const known = this.own.windows >= PROFILE_SETTLES;
    const strange = known ? own > ownLimit : shared > sharedLimit;
    this.numbers[0] = strange ? this.numbers[0]! + 1 : 0;
    // What looks like another type is learnt by nobody, as little as what is strange in another way.
    if (this.numbers[4] === 0) {
      if (!strange) {
        this.own.learn(traits, own);
        peers?.learn(traits, shared);
        if (type !== undefined) types?.learn(type, traits);
      } else if (known && this.#isTold) this.own.learnTold(traits);
    }
    if (foreign !== null) return { unlike: 'type', like: foreign };
    if (this.numbers[0] !== STRANGE_WINDOWS) return null;
    this.numbers[5] = Math.min(MOST_UNPAID, this.numbers[5]! + 1);
    return { unlike: known ? 'itself' : 'peers' };
  }

  /** Whether this stretch of strange windows was told of, and too many others were. */
  get #isTold(): boolean {
    return this.numbers[0]! > STRANGE_WINDOWS && this.numbers[5]! >= KNOWN_FROM;
  }

  /** The type that the latest windows look like instead of the device's own, once. */
  #judgeType(traits: Float64Array, type: string, types: TypeProfiles): string | null {
    const look = types.judge(type, traits);
    this.numbers[3] = shareOf(look);
    const foreign = isForeign(look, type);
    this.numbers[4] = foreign ? this.numbers[4]! + 1 : 0;
    return this.numbers[4] === FOREIGN_WINDOWS ? look!.like : null;
  }
}
