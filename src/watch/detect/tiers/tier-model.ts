import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { Detector, DetectorKind } from '../detector.ts';
import {
  beginThreshold,
  chargeAlarm,
  limitOf,
  suspicionOf,
  takeScore,
  THRESHOLD_LENGTH,
  thresholdFacts,
} from '../threshold/budget-threshold.ts';
import type { ThresholdFacts, ThresholdRule, ThresholdState } from '../threshold/budget-threshold.ts';

/** A detector of a dearer tier: it judges the latest rows of a device, in standard deviations from what is usual for it. */
export interface TierKind {
  readonly kind: DetectorKind;
  /** Rows of a window that it sees, the newest last. */
  readonly rows: number;
  /** Scores up to here are never beyond the limit. */
  readonly floor: number;
  /** Present where its scores have a greatest. */
  readonly bounded?: true;
  /** Settings that differ from the standard ones. */
  readonly options?: Readonly<Record<string, number>>;
  /** Present where a template says otherwise than usual how it is. */
  readonly named?: true;
}

const NAME = 'tier-model';
const VERSION = 1;
/** Windows that the model is made of, the latest of a random sample; and how many there are before the first model. */
const KEPT = 512;
const LEAST = 64;
/** Windows between two models: the first follow each other sooner. */
const REFIT = { early: 64, late: 512, until: 1_024 } as const;
/** Scores of sampled windows before any alarm. */
export const TIER_ARMED_AFTER = 160;

/** The most bytes that a tier takes for all devices of a stream: what it is made of, and its detector. */
export function windowBytes({ kind, rows, options }: TierKind, width: number): number {
  return 8 * (KEPT * rows * width + THRESHOLD_LENGTH) + kind.create(rows * width, options).stateBytes;
}

/**
 * What a dearer tier knows of the devices of one stream together: a model of a random sample of windows, made anew as
 * the sample goes on, and a threshold on what the sample scores. Since all are in standard deviations of their own
 * device, few windows of each are enough.
 *
 * The sample is drawn whatever cheaper tiers say, so a limit that it seldom exceeds is exceeded no more often by those
 * windows that they send up.
 */
export class TierModel {
  readonly name: string;
  /** The name under which it is kept: with other settings it is another. */
  readonly key: string;
  readonly #tier: TierKind;
  readonly #width: number;
  readonly #rule: ThresholdRule;
  readonly #threshold: ThresholdState = beginThreshold();
  readonly #windows: Float64Array;
  readonly #score = new Float64Array(1);
  #detector: Detector | null = null;
  #taken = 0;
  /** Taken when the model was made. */
  #fitted = 0;
  /** Seconds that the sampled windows stand for. */
  #seconds = 0;

  /**
   * @param width fields of a row
   * @param rate false alarms per device and second that this tier may raise
   */
  constructor(tier: TierKind, width: number, rate: number) {
    this.name = tier.kind.name;
    this.key = tier.named === true ? `${this.name} ${JSON.stringify([tier.rows, tier.options ?? {}])}` : this.name;
    this.#tier = tier;
    this.#width = width;
    const { floor, bounded } = tier;
    this.#rule = { rate, floor, armedAfter: TIER_ARMED_AFTER, ...(bounded === true ? { bounded } : {}) };
    this.#windows = new Float64Array(KEPT * tier.rows * width);
  }

  /** Sampled windows that it has taken. */
  get taken(): number {
    return this.#taken;
  }

  get limit(): number {
    return limitOf(this.#threshold, this.#rule);
  }

  get facts(): ThresholdFacts {
    return thresholdFacts(this.#threshold, this.#rule);
  }

  /** The score that a share of the sample exceeds. */
  above(share: number): number {
    return this.#threshold[0]! >= TIER_ARMED_AFTER ? suspicionOf(this.#threshold, share) : Infinity;
  }

  /** The score of the last rows of a window; 0 while there is no model. */
  score(window: Float64Array): number {
    if (this.#detector === null) return 0;
    const values = this.#own(window);
    this.#detector.score({ values, width: values.length, count: 1 }, this.#score);
    return this.#score[0]!;
  }

  /**
   * Learns a window of the random sample.
   *
   * @param score what it scored
   * @param seconds for how long a window stands: from one reading to the next
   */
  learn(window: Float64Array, score: number, seconds: number): void {
    if (this.#detector !== null) {
      this.#seconds += seconds;
      takeScore(this.#threshold, this.#rule, this.#seconds, score);
    }
    const own = this.#own(window);
    this.#windows.set(own, (this.#taken % KEPT) * own.length);
    this.#taken += 1;
    const due = this.#taken < REFIT.until ? REFIT.early : REFIT.late;
    if (this.#taken >= LEAST && this.#taken - this.#fitted >= due) this.#fit();
  }

  /** An alarm was raised: it gets stricter until the budget has paid for it. */
  charge(): void {
    chargeAlarm(this.#threshold, this.#rule);
  }

  /** What each field has of the score of a window: shares that sum up to 1, or are all 0. */
  explain(window: Float64Array): Float64Array {
    const shares = new Float64Array(this.#width);
    if (this.#detector === null) return shares;
    const values = this.#own(window);
    const all = this.#detector.explain({ values, width: values.length, count: 1 });
    for (const [i, share] of all.entries()) shares[i % this.#width] = shares[i % this.#width]! + share;
    return shares;
  }

  snapshot(): Uint8Array {
    const state: Record<string, number | StateArray> = {
      taken: this.#taken,
      fitted: this.#fitted,
      seconds: this.#seconds,
      threshold: this.#threshold,
      windows: this.#windows.slice(0, Math.min(this.#taken, KEPT) * this.#tier.rows * this.#width),
    };
    if (this.#detector !== null) state['detector'] = this.#detector.snapshot();
    return encodeState(NAME, VERSION, state);
  }

  /** Goes on from a snapshot of a model of the same shape; from anything else it begins anew. */
  restore(bytes: Uint8Array): void {
    const state = decodeState(bytes, NAME, VERSION);
    const [taken, fitted, seconds] = ['taken', 'fitted', 'seconds'].map((name) => state.get(name));
    const [threshold, windows, detector] = ['threshold', 'windows', 'detector'].map((name) => state.get(name));
    const whole =
      typeof taken === 'number' &&
      typeof fitted === 'number' &&
      typeof seconds === 'number' &&
      threshold instanceof Float64Array &&
      threshold.length === THRESHOLD_LENGTH &&
      windows instanceof Float64Array &&
      windows.length === Math.min(taken, KEPT) * this.#tier.rows * this.#width;
    if (!whole) return;
    this.#detector = detector instanceof Uint8Array ? this.#tier.kind.restore(detector) : null;
    this.#threshold.set(threshold);
    this.#windows.set(windows);
    [this.#taken, this.#fitted, this.#seconds] = [taken, fitted, seconds];
  }

  #own(window: Float64Array): Float64Array {
    return window.subarray(window.length - this.#tier.rows * this.#width);
  }

  #fit(): void {
    const count = Math.min(this.#taken, KEPT);
    const width = this.#tier.rows * this.#width;
    this.#detector ??= this.#tier.kind.create(width, this.#tier.options);
    this.#detector.learn({ values: this.#windows.subarray(0, count * width), width, count });
    this.#fitted = this.#taken;
  }
}
