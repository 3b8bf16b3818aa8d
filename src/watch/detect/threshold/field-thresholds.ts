import { beginCalibration, learnScores, raritiesOf, scoreAt } from './field-calibration.ts';
import type { CalibrationState } from './field-calibration.ts';
import {
  beginThreshold,
  chargeAlarm,
  isSuspicious,
  knowsBeyond,
  limitOf,
  takeScore,
  thresholdFacts,
} from './budget-threshold.ts';
import type { ThresholdFacts, ThresholdRule, ThresholdState } from './budget-threshold.ts';

/** What is said of a row. */
export const Judgement = { none: -2, usual: -1 } as const;

/** Rows before the rarest of the fields is learnt: each of them settles before. */
const SETTLING = 40;

/** Room for the state; arrays are put into an arena by whoever owns one. */
export type FieldThresholdsState = {
  readonly threshold: ThresholdState;
  readonly calibration: CalibrationState;
};

/**
 * The state of so many fields before the first row.
 *
 * @param plain scores are rarities already: nothing is learnt of those of a field
 */
export function beginFieldThresholds(fields: number, plain = false): FieldThresholdsState {
  return { threshold: beginThreshold(), calibration: beginCalibration(plain ? 0 : fields) };
}

/**
 * Thresholds on the scores of one detector, one for each field, that keep one budget of false alarms together: scores
 * become rarities among those of their field, and the greatest rarity of a row is held against a budget.
 *
 * This is the test of the least p-value over all fields (Tippett, 1931). What it has to be corrected by, since there are
 * many fields and they may go together, is not computed but learnt: the threshold follows the tail of the greatest
 * rarity itself. So a field that is noisy raises its own limit and no other's.
 */
export class FieldThresholds {
  readonly #fields: number;
  readonly #rule: ThresholdRule;
  readonly #floor: number;
  readonly #state: FieldThresholdsState;
  readonly #plain: boolean;
  /** What excesses are taken to be at least before there are any. */
  readonly #excess: number;
  #rarest = 0;
  #limit = Infinity;
  /** Used again for each row. */
  readonly #rarities: Float64Array;
  readonly #limits: Float64Array;

  /**
   * @param floor scores up to here are never beyond a limit
   * @param plain scores are rarities already, and come too seldom for those of a field to be learnt
   * @param chances they are −ln of chances, too
   */
  constructor(
    fields: number,
    {
      floor,
      rate,
      armedAfter,
      plain,
      chances,
    }: Pick<ThresholdRule, 'floor' | 'rate' | 'armedAfter' | 'chances'> & { readonly plain: boolean },
    state: FieldThresholdsState,
  ) {
    this.#fields = fields;
    this.#floor = floor;
    this.#plain = plain;
    this.#excess = floor / 8;
    this.#rule = plain
      ? { rate, floor, armedAfter, settling: 0, ...(chances === true ? { chances } : {}) }
      : { rate, floor: 0, armedAfter, settling: SETTLING, excess: 1 };
    this.#state = state;
    this.#rarities = new Float64Array(fields);
    this.#limits = new Float64Array(fields);
  }

  /**
   * Judges the scores of a row, and learns them.
   *
   * @param scores those of the fields from `at` on; NaN for those that are not judged
   * @returns the field that is beyond its limit, the rarest if several are; or a `Judgement`
   */
  take(seconds: number, scores: Float64Array, at: number): number {
    const { threshold, calibration } = this.#state;
    const limit = limitOf(threshold, this.#rule);
    const rarities = this.#rarities;
    const rarest = this.#plain
      ? takeRarities(scores, at, rarities)
      : raritiesOf(calibration, scores, at, this.#excess, rarities);
    this.#rarest = rarest;
    this.#limit = limit;
    // Scores that come seldom by themselves are learnt where they come; else a row of nothing is one of nothing odd.
    if (rarest < 0 && this.#plain) return Judgement.none;
    const beyond = rarest > limit ? this.#farthest(scores, at, limit) : Judgement.usual;
    if (beyond >= 0) for (let field = 0; field < this.#fields; field++) this.#limits[field] = this.limitOf(field);
    if (!this.#plain) {
      learnScores(calibration, scores, at, rarities, { limit, known: knowsBeyond(threshold), excess: this.#excess });
    }
    // What is rare and yet below the floor is learnt as what is just no alarm.
    const learnt = beyond >= 0 ? rarities[beyond]! : Math.max(0, Math.min(rarest, limit));
    return takeScore(threshold, this.#rule, seconds, learnt) ? beyond : Judgement.usual;
  }

  /** The rarest of the fields that are beyond the limit, and their scores beyond the floor. */
  #farthest(scores: Float64Array, at: number, limit: number): number {
    let farthest = limit;
    let beyond: number = Judgement.usual;
    for (let field = 0; field < this.#fields; field++) {
      const score = scores[at + field]!;
      const rarity = this.#rarities[field]!;
      if (score > this.#floor && rarity > farthest) [farthest, beyond] = [rarity, field];
    }
    return beyond;
  }

  /** The limits of the fields at the last row that was beyond one of them. */
  get limits(): Float64Array {
    return this.#limits.slice();
  }

  /** How rare the rarest field of the last row was, and the limit that this was held against; rarities are −ln of shares. */
  get rarest(): { readonly rarity: number; readonly limit: number } {
    return { rarity: this.#rarest, limit: this.#limit };
  }

  /** Whether the last row was one of those, a share of all, with which suspicion begins. */
  isOdd(share: number): boolean {
    return isSuspicious(this.#state.threshold, share, this.#rarest);
  }

  /** The score of a field from which on it is beyond the limit. */
  limitOf(field: number): number {
    const limit = limitOf(this.#state.threshold, this.#rule);
    return this.#plain ? limit : Math.max(this.#floor, scoreAt(this.#state.calibration, field, limit, this.#excess));
  }

  /** Tells that an alarm was raised. */
  charge(): void {
    chargeAlarm(this.#state.threshold, this.#rule);
  }

  /** What is known of it; the limit is the least of the fields'. */
  get facts(): ThresholdFacts {
    const facts = thresholdFacts(this.#state.threshold, this.#rule);
    let limit = Infinity;
    for (let field = 0; field < this.#fields; field++) limit = Math.min(limit, this.limitOf(field));
    return { ...facts, limit };
  }
}

/** Scores that are rarities already. @returns the greatest; −1 where there is none */
function takeRarities(scores: Float64Array, at: number, rarities: Float64Array): number {
  let greatest = -1;
  for (let field = 0; field < rarities.length; field++) {
    const score = scores[at + field]!;
    if (score !== score) continue;
    rarities[field] = score;
    if (score > greatest) greatest = score;
  }
  return greatest;
}
