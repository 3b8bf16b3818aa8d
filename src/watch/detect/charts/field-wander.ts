/**
 * How far the statistic of each field goes as a rule, so that fields are held against thresholds of their own: one that
 * wanders, as what follows the hours of a day does, would else raise the threshold of all until none is noticed.
 */
export type FieldWander = Float64Array;

/** Mean of the size of a statistic that is normal with deviation 1: √(2/π). */
const NORMAL = 0.7979;
/** A field that goes no farther than so many times that is judged as it is: normal fields keep their run lengths. */
const AS_IT_IS = 2;

/** The state before anything is known: fields are as normal ones. */
export function beginWander(width: number): FieldWander {
  return new Float64Array(width).fill(NORMAL);
}

/** Learns how far a field's statistic went, of `seen` values that count for no more than `memory`. */
export function learnWander(wander: FieldWander, field: number, far: number, seen: number, memory: number): void {
  wander[field] = wander[field]! + (far - wander[field]!) / Math.max(1 / NORMAL, Math.min(seen, memory));
}

/** A statistic in what is usual for its field, where that is more than normal. */
export function inWander(wander: FieldWander, field: number, far: number): number {
  const times = wander[field]! / (AS_IT_IS * NORMAL);
  return times > 1 ? far / times : far;
}
