/**
 * What is normal for each of some fields, followed as values come: centre and spread that single values cannot move
 * far, in four doubles a field.
 *
 * A recursive M-estimate: each value pulls the centre by at most `CLIP` spreads and the spread by at most `CLIP`
 * times itself, with a gain of one over the number of values at first and one over `memory` later. So it follows slow
 * change, and a burst of wild values moves it in proportion to its length, not to its height.
 *
 * @see Huber, "Robust estimation of a location parameter" (1964)
 */
export type BaselineState = {
  /** Robust mean of each field. */
  readonly centre: Float64Array;
  /** Robust standard deviation of each field, as the normal distribution has it. */
  readonly spread: Float64Array;
  /** Values that were learnt of each field. */
  readonly counts: Float64Array;
};

/** Values count in full within so many spreads of the centre. */
const CLIP = 3;
/** Mean absolute deviation to standard deviation where values are normal: √(π/2); clipping at 3 takes 0.5 % of it. */
const ABSOLUTE_TO_SIGMA = 1.2533 * 1.005;
/** Values that are averaged plainly at first: a spread of fewer is too unsure to clip by. */
const PLAIN = 8;

/** The state of so many fields before the first value. */
export function beginBaseline(width: number): BaselineState {
  return { centre: new Float64Array(width), spread: new Float64Array(width), counts: new Float64Array(width) };
}

/**
 * Learns one row; NaN is skipped.
 *
 * @param at where the row starts in `values`
 * @param memory how many values count: the gain falls no lower than one over it
 */
export function learnBaseline(state: BaselineState, values: Float64Array, at: number, memory: number): void {
  const { centre, spread, counts } = state;
  for (let field = 0; field < centre.length; field++) {
    const value = values[at + field]!;
    if (value !== value) continue;
    const seen = counts[field]! + 1;
    counts[field] = seen;
    const middle = centre[field]!;
    const sigma = spread[field]!;
    const deviation = value - middle;
    if (seen <= PLAIN) {
      centre[field] = middle + deviation / seen;
      if (seen > 1) spread[field] = sigma + (Math.abs(deviation) * ABSOLUTE_TO_SIGMA - sigma) / (seen - 1);
      continue;
    }
    const gain = seen < memory ? 1 / seen : 1 / memory;
    // Without the floor a field that was constant could never learn that it is constant no longer.
    const most = CLIP * sigma + floorOf(middle);
    const clipped = deviation > most ? most : deviation < -most ? -most : deviation;
    centre[field] = middle + gain * clipped;
    spread[field] = sigma + gain * (Math.abs(clipped) * ABSOLUTE_TO_SIGMA - sigma);
  }
}

/**
 * How many spreads a value lies from its field's centre, signed; 0 for NaN and while fewer than two values were seen.
 *
 * Where the field has been constant the spread is a billionth of the centre: any change is far out, and finite.
 */
export function standardise(state: BaselineState, field: number, value: number): number {
  if (value !== value || state.counts[field]! < 2) return 0;
  const middle = state.centre[field]!;
  return (value - middle) / Math.max(state.spread[field]!, floorOf(middle));
}

/** The least spread that is told from none. */
function floorOf(centre: number): number {
  return 1e-9 * Math.max(Math.abs(centre), 1);
}
