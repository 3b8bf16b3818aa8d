/**
 * How rare a score is among those of its own field: −ln of the share of them that are as high, so that fields whose
 * scores have scales and tails of their own are compared. Seven numbers a field, in single precision.
 *
 * Below the level that one score in twenty exceeds, rarity goes with the score; beyond it the excesses are a generalised
 * Pareto distribution by the first two moments of peaks that are over. The shape is that of an
 * exponential one unless peaks show that it is heavier: where that is wrong the threshold on the greatest rarity of all
 * fields learns so.
 *
 * @see Hosking and Wallis, "Parameter and quantile estimation for the generalized Pareto distribution" (1987)
 */
export type CalibrationState = Float32Array;

const SEEN = 0;
const MEAN = 1;
const LEVEL = 2;
/** The greatest excess over the level, as that was then, since scores were usual; 0 while there is none. */
const PEAK = 3;
/** Peaks: how many, their mean excess over the level, and that of the squares. */
const PEAKS = 4;
const EXCESS = 5;
const SQUARES = 6;
const NUMBERS = 7;

/** Share of the scores beyond the level, and the rarity that it has. */
const TAIL = 0.05;
const LEVEL_RARITY = -Math.log(TAIL);
/** Scores of a field before they mean anything, and then before its level is followed. */
const SETTLING = 24;
const FIRST = 16;
/** Scores that the mean remembers, and peaks that the tail does. */
const MEMORY = 500;
const KEPT = 256;
/** The least gain of the level: it is followed, and as good as still for the excesses over it. */
const GAIN = 0.01;
/** Weight, in peaks, of what their mean excess is taken to be before there are any. */
const PRIOR_MEAN = 8;
/** Mean excesses over the level that the mean takes in at most. */
const HIGH = 6;
const MOST_SHAPE = 0.3;
/** Numbers beyond are no numbers in single precision any more. */
const GREATEST = 1e30;
/** Counting ends where single precision does not count on. */
const MOST_SEEN = 2 ** 23;

/** The state of so many fields before their first scores. */
export function beginCalibration(fields: number): CalibrationState {
  return new Float32Array(NUMBERS * fields);
}

/**
 * How rare a score of a field would be if it came next; 0 while nothing is known.
 *
 * @param excess what excesses are taken to be at least before there are any
 */
export function rarityOf(state: CalibrationState, field: number, score: number, excess: number): number {
  const at = NUMBERS * field;
  if (state[at + SEEN]! < SETTLING + FIRST) return 0;
  const level = state[at + LEVEL]!;
  const over = Math.min(score, GREATEST) - level;
  if (over <= 0) return level > 0 ? (LEVEL_RARITY * score) / level : 0;
  const shape = shapeOf(state, at);
  const beyond = over / scaleOf(state, at, shape, excess);
  return LEVEL_RARITY + (shape > 1e-6 ? Math.log1p(shape * beyond) / shape : beyond);
}

/**
 * How rare the scores of a row would be if they came next.
 *
 * @param scores those of the fields from `at` on; NaN for those that have none, whose rarities are left as they are
 * @returns the greatest; −1 where no field has one
 */
export function raritiesOf(
  state: CalibrationState,
  scores: Float64Array,
  at: number,
  excess: number,
  rarities: Float64Array,
): number {
  let greatest = -1;
  for (let field = 0; field < rarities.length; field++) {
    const score = scores[at + field]!;
    if (score !== score) continue;
    const level = state[NUMBERS * field + LEVEL]!;
    // Nearly all are below their level, which takes a division; a call for each would take longer than that.
    const isBelow = score <= level && level > 0 && state[NUMBERS * field + SEEN]! >= SETTLING + FIRST;
    const rarity = isBelow ? (LEVEL_RARITY * score) / level : rarityOf(state, field, score, excess);
    rarities[field] = rarity;
    if (rarity > greatest) greatest = rarity;
  }
  return greatest;
}

/** The score of a field that has a rarity; Infinity for a rarity that is. */
export function scoreAt(state: CalibrationState, field: number, rarity: number, excess: number): number {
  const at = NUMBERS * field;
  const beyond = rarity - LEVEL_RARITY;
  if (beyond <= 0) return (state[at + LEVEL]! * rarity) / LEVEL_RARITY;
  const shape = shapeOf(state, at);
  const times = shape > 1e-6 ? Math.expm1(shape * beyond) / shape : beyond;
  return state[at + LEVEL]! + scaleOf(state, at, shape, excess) * times;
}

/**
 * Learns the scores of a row.
 *
 * @param scores those of the fields from `at` on; NaN for those that have none
 * @param rarities what `raritiesOf` said of them
 * @param limit the rarity from which on a score is an alarm; Infinity while nothing is limited
 * @param known whether alarms are so many that they are learnt
 * @param excess what excesses are taken to be at least before there are any
 */
export function learnScores(
  state: CalibrationState,
  scores: Float64Array,
  at: number,
  rarities: Float64Array,
  { limit, known, excess }: { readonly limit: number; readonly known: boolean; readonly excess: number },
): void {
  const limited = limit < Infinity;
  for (let field = 0; field < rarities.length; field++) {
    const score = scores[at + field]!;
    if (score !== score) continue;
    const own = NUMBERS * field;
    const seen = state[own + SEEN]!;
    const level = state[own + LEVEL]!;
    const over = rarities[field]! > limit;
    // Below its level and after no peak, as nearly all are: nothing but mean and level go on.
    if (limited && !over && score <= level && state[own + PEAK] === 0 && seen >= SETTLING + FIRST) {
      if (seen < MOST_SEEN) state[own + SEEN] = seen + 1;
      const count = seen + 1 - SETTLING;
      followLevel(state, own, count, followMean(state, own, count, score), false);
      continue;
    }
    // A limit that is not exceeded limits nothing, and is not worked out.
    const most = over ? scoreAt(state, field, limit, excess) : limited ? score : Infinity;
    learnScore(state, field, score, { most, rare: known || !over, excess });
  }
}

/**
 * Learns a score of a field.
 *
 * @param most what a score counts for at most; Infinity while nothing is limited
 * @param excess what excesses are taken to be at least before there are any
 * @param rare whether it belongs to the tail: one that is an alarm does not, while alarms are few
 */
export function learnScore(
  state: CalibrationState,
  field: number,
  score: number,
  { most, rare, excess }: { readonly most: number; readonly rare: boolean; readonly excess: number },
): void {
  const at = NUMBERS * field;
  const seen = state[at + SEEN]!;
  if (seen < MOST_SEEN) state[at + SEEN] = seen + 1;
  const count = seen + 1 - SETTLING;
  if (count <= 0) return;
  const before = state[at + MEAN]!;
  const learnt = Math.min(score, GREATEST, most < Infinity ? most : count > FIRST ? 10 * before : GREATEST);
  const level = state[at + LEVEL]!;
  const above = learnt > level;
  // Of what rises slowly the mean takes in no more than what is rather high: else it would teach on its way up that it is usual.
  const isHigh = count > FIRST && most < Infinity && above;
  const high = isHigh ? level + HIGH * scaleOf(state, at, 0, excess) : GREATEST;
  const mean = followMean(state, at, count, Math.min(learnt, high));
  if (count <= FIRST) {
    state[at + LEVEL] = 1.5 * mean;
    return;
  }
  if (above) state[at + PEAK] = Math.max(state[at + PEAK]!, rare ? learnt - level : Infinity);
  else if (state[at + PEAK]! > 0 && learnt <= mean) learnPeak(state, at);
  followLevel(state, at, count, mean, above);
}

function followMean(state: CalibrationState, at: number, count: number, learnt: number): number {
  const before = state[at + MEAN]!;
  const mean = before + (learnt - before) / Math.min(count, MEMORY);
  state[at + MEAN] = mean;
  return mean;
}

/** In proportion to the level where that is far above: else it would never come down to what scores have become. */
function followLevel(state: CalibrationState, at: number, count: number, mean: number, above: boolean): void {
  const level = state[at + LEVEL]!;
  const step = Math.max(GAIN, 5 / count) * Math.max(mean, level);
  state[at + LEVEL] = Math.max(0, level + step * ((above ? 1 : 0) - TAIL));
}

/**
 * Learns a peak once it is over: what rises slowly would else teach on its way up that it is usual. It is over where
 * scores are no higher than their mean again: of scores that stay about a level that follows them each crossing would
 * else be a peak of hardly any excess.
 */
function learnPeak(state: CalibrationState, at: number): void {
  const excess = state[at + PEAK]!;
  state[at + PEAK] = 0;
  if (excess === Infinity) return;
  const peaks = state[at + PEAKS]! + 1;
  state[at + EXCESS] = state[at + EXCESS]! + (excess - state[at + EXCESS]!) / peaks;
  state[at + SQUARES] = state[at + SQUARES]! + (excess * excess - state[at + SQUARES]!) / peaks;
  state[at + PEAKS] = Math.min(peaks, KEPT);
}

/**
 * By the moments, ½ (1 − m² / v), and believed as far as so many peaks show it: a tail that looks heavy by chance would
 * take a field's limit far out.
 */
function shapeOf(state: CalibrationState, at: number): number {
  const mean = state[at + EXCESS]!;
  const variance = state[at + SQUARES]! - mean * mean;
  if (!(variance > mean * mean)) return 0;
  const fitted = 0.5 * (1 - (mean * mean) / variance);
  return Math.min(MOST_SHAPE, Math.max(0, fitted - 2 / Math.sqrt(state[at + PEAKS]! + 1)));
}

/** Keeps the mean excess with the shape as it was bounded; before there are any they are of the size of the scores. */
function scaleOf(state: CalibrationState, at: number, shape: number, excess: number): number {
  const peaks = state[at + PEAKS]!;
  const expected = Math.max(state[at + MEAN]!, excess, Number.MIN_VALUE);
  return ((peaks * state[at + EXCESS]! + PRIOR_MEAN * expected) / (peaks + PRIOR_MEAN)) * (1 - shape);
}
