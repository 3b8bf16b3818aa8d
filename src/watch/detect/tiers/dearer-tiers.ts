import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import { goesOn } from '../goes-on.ts';
import { nearestNeighbours } from '../tabular/nearest-neighbours.ts';
import { principalComponents } from '../tabular/principal-components.ts';
import { TierModel } from './tier-model.ts';
import type { TierKind } from './tier-model.ts';

/** How much dearer detectors may take, as a template declares it. */
export interface TierRule {
  /** Share of the readings whose windows may be sent up on suspicion. */
  readonly suspicious: number;
  /** Share of the readings whose windows go through all tiers whatever the cheap one says. */
  readonly sample: number;
  /** Share of one processor that they may take. */
  readonly processor: number;
  /** Bytes that detectors which follow single devices may take; as many as usual where it is not said. */
  readonly memory?: number;
}

/** Of streams that declare nothing else. */
export const STANDARD_TIERS: TierRule = { suspicious: 0.02, sample: 0.005, processor: 0.25 };

/** Rows of a window. */
export const WINDOW_ROWS = 8;

/** In the order of their cost: what breaks the relations between fields, then what no known window is like. */
export const DEARER_DETECTORS: readonly TierKind[] = [
  { kind: principalComponents, rows: 1, floor: 4 },
  { kind: nearestNeighbours, rows: WINDOW_ROWS, floor: 0, options: { neighbours: 5, known: 512 } },
];

/** One tier in figures since the start. */
export interface TierFigures {
  readonly name: string;
  /** Readings that the cheap tier judged; windows that a dearer one did. */
  readonly judged: number;
  readonly busyMs: number;
  /** How often it was beyond its limit. */
  readonly beyond: number;
}

/** What the random sample says of the cheap tier. */
export interface TierRecall {
  readonly sampled: number;
  /** Sampled windows that a dearer tier found odd: the oddest hundredth, or beyond the limit. */
  readonly odd: number;
  /** Those of them that the cheap tier would not have sent up. */
  readonly missed: number;
}

/** A window that a dearer tier found beyond its limit. */
export interface TierVerdict {
  readonly model: TierModel;
  readonly score: number;
  readonly limit: number;
}

/** Hears what a tier says of a window: its score, and the limit that this is held against. */
export type TierScored = (name: string, score: number, limit: number) => void;

const NAME = 'dearer-tiers';
const VERSION = 1;
/** While fewer windows were sampled than this one in so many is, so that a model is there soon. */
const EARLY = { windows: 512, oneIn: 4 } as const;
/** What goes from one dearer tier to the next: the oddest part of the sample. */
const SENT_ON = 0.1;
const ODD = 0.01;

/**
 * The dearer tiers of one stream. A window comes because the cheap tier is suspicious, or as one of a random sample; a
 * sampled one goes through all tiers, teaches them, and shows what the cheap tier does not notice.
 */
export class DearerTiers {
  readonly #models: readonly TierModel[];
  readonly #rule: TierRule;
  readonly #now: () => number;
  readonly #judged: number[];
  readonly #busyMs: number[];
  readonly #beyond: number[];
  #sampled = 0;
  #odd = 0;
  #missed = 0;
  #heldBack = 0;
  #shed = 0;
  /** False while they take more of the processor than they may. */
  open = true;

  /**
   * @param width fields of a row
   * @param rate false alarms per device and second that each tier may raise
   * @param now milliseconds of a clock that never goes back
   */
  constructor(width: number, rate: number, rule: TierRule, now: () => number, kinds = DEARER_DETECTORS) {
    this.#models = kinds.map((kind) => new TierModel(kind, width, rate));
    this.#rule = rule;
    this.#now = now;
    [this.#judged, this.#busyMs, this.#beyond] = [kinds.map(() => 0), kinds.map(() => 0), kinds.map(() => 0)];
  }

  get figures(): readonly TierFigures[] {
    return this.#models.map(({ name }, i) => ({
      name,
      judged: this.#judged[i]!,
      busyMs: this.#busyMs[i]!,
      beyond: this.#beyond[i]!,
    }));
  }

  get recall(): TierRecall {
    return { sampled: this.#sampled, odd: this.#odd, missed: this.#missed };
  }

  get busyMs(): number {
    return this.#busyMs.reduce((sum, ms) => sum + ms, 0);
  }

  /** Whether a reading is one of the sample; `draw` is a number from 0 to 1 that is the reading's own. */
  samples(draw: number): boolean {
    const [first] = this.#models;
    if (first === undefined) return false;
    const early = first.taken < EARLY.windows;
    return draw < (early ? Math.max(this.#rule.sample, 1 / EARLY.oneIn) : this.#rule.sample);
  }

  /** Whether any detector judges windows. */
  get any(): boolean {
    return this.#models.length > 0;
  }

  /** Whether a window may come up; those that may not are counted. */
  admits(affordable: boolean): boolean {
    if (this.open && affordable) return true;
    if (this.open) this.#heldBack += 1;
    else this.#shed += 1;
    return false;
  }

  /** Suspicious windows that the budget did not allow; windows that did not come up since the processor was busy. */
  get turnedAway(): { readonly heldBack: number; readonly shed: number } {
    return { heldBack: this.#heldBack, shed: this.#shed };
  }

  /**
   * Judges the latest rows of a device, in its standard deviations.
   *
   * @param window `WINDOW_ROWS` rows, the newest last
   * @param seconds from one reading to the next
   * @param scored hears of each tier that judges it
   * @returns the dearest tier's word where it is beyond its limit
   */
  judge(
    window: Float64Array,
    seconds: number,
    suspicious: boolean,
    sampled: boolean,
    scored?: TierScored,
  ): TierVerdict | null {
    let verdict: TierVerdict | null = null;
    let odd = false;
    for (const [i, model] of this.#models.entries()) {
      const begun = this.#now();
      const score = model.score(window);
      const limit = model.limit;
      const beyond = score > limit;
      scored?.(model.name, score, limit);
      odd ||= beyond || score > model.above(ODD);
      const goesOn = sampled || beyond || score > model.above(SENT_ON);
      if (sampled) model.learn(window, score, seconds);
      this.#judged[i] = this.#judged[i]! + 1;
      this.#busyMs[i] = this.#busyMs[i]! + this.#now() - begun;
      if (beyond) {
        this.#beyond[i] = this.#beyond[i]! + 1;
        if (verdict === null || score / limit > verdict.score / verdict.limit) verdict = { model, score, limit };
      }
      if (!goesOn) break;
    }
    if (sampled) {
      this.#sampled += 1;
      if (odd) this.#odd += 1;
      if (odd && !suspicious) this.#missed += 1;
    }
    return verdict;
  }

  snapshot(): Uint8Array {
    const state: Record<string, number | StateArray> = {};
    for (const model of this.#models) state[`model ${model.key}`] = model.snapshot();
    return encodeState(NAME, VERSION, state);
  }

  /**
   * Goes on from a snapshot; a model that it has of a version that is not known begins anew, and the others go on.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   */
  restore(bytes: Uint8Array): void {
    const state = decodeState(bytes, NAME, VERSION);
    for (const model of this.#models) {
      const known = state.get(`model ${model.key}`);
      if (known instanceof Uint8Array) goesOn(() => model.restore(known));
    }
  }
}
