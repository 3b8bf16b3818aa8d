/**
 * A threshold on the scores of one detector of one device that keeps a budget of false alarms.
 *
 * How the tail is modelled: peaks over a level (the score that one reading in twenty exceeds, followed as it moves),
 * declustered by runs, their excesses a generalised Pareto distribution. The limit is the level that is reached as often
 * as the budget allows. An hour at one reading a second cannot show what happens once a week: that part is extrapolated,
 * so the shape is held between exponential and a variance that is still finite, drawn towards a common value while peaks
 * are few, and the scale is taken at the upper end of what so few peaks allow.
 *
 * Feedback: each alarm makes the limit stricter, as if the budget were e times smaller, and the time in which the budget
 * grants one takes that back; so the rate comes back to the budget where the tail is heavier than was thought.
 *
 * Alarms are not learnt while they are few. Where they come faster than the budget allows they are, as peaks of the
 * height of the limit: what comes again and again becomes known, and no single wild score moves the threshold far.
 *
 * @see Davison and Smith, "Models for exceedances over high thresholds" (1990); Siffer et al., "Anomaly detection in
 *   streams with extreme value theory" (KDD 2017); Gibbs and Candès, "Adaptive conformal inference" (2021)
 */
export type ThresholdState = Float64Array;

/** What a threshold is to keep. */
export interface ThresholdRule {
  /** False alarms per second that it may raise. */
  readonly rate: number;
  /** Scores up to here are never beyond the limit, whatever was learnt. */
  readonly floor: number;
  /** Readings before any alarm. */
  readonly armedAfter: number;
  /** Readings before scores mean anything; 32 where it is not said. */
  readonly settling?: number;
  /** What excesses over the level are taken to be before there are any; of the size of the scores where it is not said. */
  readonly excess?: number;
  /** Present where scores are −ln of chances: until a peak or an alarm, excesses are exponential with a mean of 1. */
  readonly chances?: true;
  /** Present where scores have a greatest: then a tail may end, where else one that does is never believed. */
  readonly bounded?: true;
}

/** What is known of a threshold and how well. */
export interface ThresholdFacts {
  /** Whether enough was seen to raise alarms. */
  readonly armed: boolean;
  readonly limit: number;
  /** Readings seen, and seconds over which they came, silences left out. */
  readonly seen: number;
  readonly watchedSeconds: number;
  /** Peaks that the tail rests on. */
  readonly peaks: number;
  /** False alarms per second that are expected at the limit, and the most that is likely (95 %). */
  readonly expectedRate: number;
  readonly likelyRate: number;
}

const SEEN = 0;
const WATCHED = 1;
const LAST = 2;
const GAP = 3;
const LEVEL = 4;
const MEAN = 5;
const PEAK = 6;
const BELOW = 7;
const PEAKS = 8;
const SPACING = 9;
const PEAKED = 10;
const STRICT = 11;
const LIMIT = 12;
const SCALE = 13;
const SHAPE = 14;
const RING = 16;
/** Peaks that are kept. */
const KEPT = 48;

/** Doubles of a state; peaks are kept in half of one each. */
export const THRESHOLD_LENGTH = RING + KEPT / 2;

/** Readings before any alarm where nothing else is said. */
export const ARMED_AFTER = 200;
/** Readings before a detector knows enough for its scores to mean anything: they are not learnt. */
const SETTLING = 32;
/** Share of readings beyond the level. */
const TAIL = 0.05;
/** Readings below the level that end a peak. */
const RUN = 6;
/** Weight, in peaks, of what is taken for granted of the shape and the scale of the tail. */
const PRIOR_PEAKS = 16;
const PRIOR_SHAPE = 0.1;
const SHAPES = [0, 0.45] as const;
/** The same of scores that have a greatest. */
const BOUNDED = { prior: -0.1, shapes: [-0.5, 0.45] } as const;
/** Readings after which time that passed without a peak counts too; where chances are known few of them say much. */
const REFIT_EVERY = { learnt: 256, known: 8 } as const;
/** Readings that the mean score and the mean gap remember. */
const MEMORY = 500;
/** How much stricter alarms of its own can make it. */
const MOST_STRICT = 6;
/** Alarms, less what the budget has paid for, from which on they are learnt as peaks. */
const KNOWN_FROM = 2;
/** A silence counts as no more than so many usual gaps. */
const LONGEST_GAP = 10;

/** The state before the first score. */
export function beginThreshold(): ThresholdState {
  const state = new Float64Array(THRESHOLD_LENGTH);
  state[LAST] = NaN;
  state[PEAK] = -1;
  state[LIMIT] = Infinity;
  state[SHAPE] = PRIOR_SHAPE;
  return state;
}

/**
 * Takes the next score, and learns it.
 *
 * @param seconds time of the reading; not before the last
 * @returns whether it is beyond the limit
 */
export function takeScore(state: ThresholdState, rule: ThresholdRule, seconds: number, score: number): boolean {
  passTime(state, rule, seconds);
  const seen = state[SEEN]! + 1;
  state[SEEN] = seen;
  const { settling = SETTLING } = rule;
  if (seen <= settling) return false;
  const known = seen - settling;
  const limit = state[LIMIT]!;
  const beyond = seen > rule.armedAfter && score > limit;
  const mean = state[MEAN]!;
  const most = seen > rule.armedAfter ? limit : known > 10 ? 10 * mean + Number.MIN_VALUE : score;
  const learnt = score > most ? most : score;
  const average = mean + (learnt - mean) / Math.min(known, MEMORY);
  state[MEAN] = average;
  const level = state[LEVEL]!;
  const above = learnt > level;
  if (known <= 16) state[LEVEL] = 1.5 * average;
  else {
    // In proportion to the level where that is far above: else it would never come down to what scores have become.
    const gain = Math.max(0.05, 5 / known) * Math.max(average, level);
    state[LEVEL] = Math.max(0, level + gain * ((above ? 1 : 0) - TAIL));
    takePeak(state, rule, beyond && !knowsBeyond(state) ? Infinity : learnt, above);
  }
  const every = rule.chances === true ? REFIT_EVERY.known : REFIT_EVERY.learnt;
  if (seen === rule.armedAfter || seen % every === 0) refit(state, rule);
  return beyond;
}

/** Tells that an alarm was raised: the limit gets stricter until the budget has paid for it. */
export function chargeAlarm(state: ThresholdState, rule: ThresholdRule): void {
  state[STRICT] = Math.min(MOST_STRICT, state[STRICT]! + 1);
  refit(state, rule);
}

/** The limit now; Infinity while nothing is alarmed. */
export function limitOf(state: ThresholdState, { armedAfter }: ThresholdRule): number {
  return state[SEEN]! >= armedAfter ? state[LIMIT]! : Infinity;
}

/** Whether alarms came faster than the budget allows, so that what is beyond the limit is learnt. */
export function knowsBeyond(state: ThresholdState): boolean {
  return state[STRICT]! >= KNOWN_FROM;
}

/**
 * A score that about a share of the readings exceeds: where suspicion begins. Of an exponential tail, so that it costs a
 * multiplication for each reading.
 *
 * @param share of the readings, above 0 and at most 0.05
 */
export function suspicionOf(state: ThresholdState, share: number): number {
  return state[LEVEL]! + state[SCALE]! * Math.max(0, Math.log(TAIL / share));
}

/** Whether a score is one of that share of the readings; what is below the level is none. */
export function isSuspicious(state: ThresholdState, share: number, score: number): boolean {
  return score > state[LEVEL]! && score > suspicionOf(state, share);
}

export function thresholdFacts(state: ThresholdState, rule: ThresholdRule): ThresholdFacts {
  const peaks = Math.min(state[PEAKS]!, KEPT);
  const armed = state[SEEN]! >= rule.armedAfter;
  const rateAt = (scale: number): number => {
    if (!armed) return 0;
    const beyond = Math.max(0, state[LIMIT]! - state[LEVEL]!) / scale;
    const shape = state[SHAPE]!;
    const share = Math.abs(shape) > 1e-6 ? Math.max(0, 1 + shape * beyond) ** (-1 / shape) : Math.exp(-beyond);
    return share / spacingOf(state);
  };
  const scale = state[SCALE]! || 1;
  return {
    armed,
    limit: limitOf(state, rule),
    seen: state[SEEN]!,
    watchedSeconds: state[WATCHED]!,
    peaks,
    expectedRate: rateAt(scale),
    likelyRate: rateAt(scale * uncertainty(peaks)),
  };
}

/** Watched time goes on, and takes back what alarms made stricter. */
function passTime(state: ThresholdState, { rate }: ThresholdRule, seconds: number): void {
  const last = state[LAST]!;
  state[LAST] = seconds;
  if (Number.isNaN(last)) return;
  const usual = state[GAP]!;
  const gap = usual > 0 ? Math.min(seconds - last, LONGEST_GAP * usual) : seconds - last;
  state[GAP] = usual + (gap - usual) / Math.min(state[SEEN]!, MEMORY);
  state[WATCHED] = state[WATCHED]! + gap;
  if (state[STRICT]! > 0) state[STRICT] = Math.max(0, state[STRICT]! - rate * gap);
}

/** Follows a peak, from the first score above the level until a run of scores below it; one of Infinity is not learnt. */
function takePeak(state: ThresholdState, rule: ThresholdRule, score: number, above: boolean): void {
  const peak = state[PEAK]!;
  if (above) {
    state[BELOW] = 0;
    if (score > peak) state[PEAK] = score;
    return;
  }
  if (peak < 0) return;
  const below = state[BELOW]! + 1;
  state[BELOW] = below;
  if (below < RUN) return;
  state[PEAK] = -1;
  if (peak === Infinity) return;
  const count = state[PEAKS]!;
  peaksOf(state)[count % KEPT] = peak;
  state[PEAKS] = count + 1;
  const spacing = state[WATCHED]! - state[PEAKED]!;
  state[PEAKED] = state[WATCHED]!;
  state[SPACING] = state[SPACING]! + (spacing - state[SPACING]!) / Math.min(count + 1, KEPT);
  if (state[SEEN]! >= rule.armedAfter) refit(state, rule);
}

/** The peaks that are kept: how high, in single precision. */
function peaksOf(state: ThresholdState): Float32Array {
  return new Float32Array(state.buffer, state.byteOffset + RING * Float64Array.BYTES_PER_ELEMENT, KEPT);
}

/** Seconds from one peak to the next; while there are none, all that was watched and more. */
function spacingOf(state: ThresholdState): number {
  const peaks = Math.min(state[PEAKS]!, KEPT);
  if (peaks === 0) return Math.max(state[WATCHED]!, 1e-3);
  // What has passed since the last peak counts where it is longer than usual.
  return Math.max(state[SPACING]!, (state[WATCHED]! - state[PEAKED]!) / 4, 1e-3);
}

/** A tail, and by how much its scale may be greater. */
interface Tail {
  readonly shape: number;
  readonly scale: number;
  readonly doubt: number;
}

/** That of −ln of chances. */
const TAIL_OF_CHANCES: Tail = { shape: 0, scale: 1, doubt: 1 };

/** The tail and the limit. */
function refit(state: ThresholdState, rule: ThresholdRule): void {
  const isUntried = state[PEAKS] === 0 && state[STRICT] === 0;
  const { shape, scale, doubt } = rule.chances === true && isUntried ? TAIL_OF_CHANCES : fitTail(state, rule);
  state[SHAPE] = shape;
  state[SCALE] = scale;
  const rate = rule.rate * Math.exp(-state[STRICT]!);
  const times = Math.max(1, 1 / (spacingOf(state) * rate));
  const beyond = Math.abs(shape) > 1e-6 ? (times ** shape - 1) / shape : Math.log(times);
  state[LIMIT] = Math.max(rule.floor, state[LEVEL]! + scale * doubt * beyond);
}

/** From the peaks that are kept. Probability-weighted moments (Hosking and Wallis, 1987). */
function fitTail(state: ThresholdState, rule: ThresholdRule): Tail {
  const level = state[LEVEL]!;
  const kept = Math.min(state[PEAKS]!, KEPT);
  const excesses = peaksOf(state).slice(0, kept);
  let count = 0;
  for (let i = 0; i < kept; i++) {
    const excess = excesses[i]! - level;
    if (excess > 0) excesses[count++] = excess;
  }
  const sorted = excesses.subarray(0, count).sort();
  let [a0, a1] = [0, 0];
  for (let i = 0; i < count; i++) {
    a0 += sorted[i]! / count;
    a1 += (sorted[i]! * (count - i - 0.65)) / count / count;
  }
  const fitted = a0 > 0 ? 2 - a0 / (a0 - 2 * a1) || 0 : 0;
  const { prior, shapes } = rule.bounded === true ? BOUNDED : { prior: PRIOR_SHAPE, shapes: SHAPES };
  const held = Math.min(shapes[1], Math.max(shapes[0], fitted));
  const shape = (count * held + PRIOR_PEAKS * prior) / (count + PRIOR_PEAKS);
  // What excesses are expected to be before there are any: of the size of the scores themselves, or of the floor.
  const expected = rule.excess ?? (rule.bounded === true ? ofBounded(state) : Math.max(state[MEAN]!, rule.floor / 8));
  const mean = (count * a0 + 4 * expected) / (count + 4);
  return { shape, scale: Math.max(mean * (1 - shape), Number.MIN_VALUE), doubt: uncertainty(count) };
}

/** Scores that have a greatest need not begin at 0: from the mean to the level there are two exponential excesses. */
function ofBounded(state: ThresholdState): number {
  return Math.max(0, state[LEVEL]! - state[MEAN]!) / 2;
}

/** By how much the scale of a tail may be greater than it looks from so few peaks (97.5 %). */
function uncertainty(peaks: number): number {
  return 1 + 2 / Math.sqrt(peaks + 4);
}
