/** Rows that stand alone: who comes near to one of them is recognised. */
export interface RareRows {
  readonly count: number;
  isNear(scores: Float64Array): boolean;
  /** How often some rows come near to one. */
  near(rows: readonly Float64Array[]): number;
}

/** The most lonely part of rows is rare. */
const RARE_SHARE = 0.02;
/** Nearer than this part of the way to its own nearest neighbour is a near-copy. */
const NEAR = 0.5;

/** @param rows scores of rows, each of the same columns */
export function findRareRows(rows: readonly Float64Array[]): RareRows {
  const lonely = rows
    .map((row, at) => ({ row, distance: nearestDistance(row, rows, at) }))
    .filter(({ distance }) => Number.isFinite(distance) && distance > 0)
    .sort((a, b) => b.distance - a.distance)
    .slice(0, Math.ceil(rows.length * RARE_SHARE));
  const isNear = (scores: Float64Array): boolean =>
    lonely.some(({ row, distance }) => distanceBetween(row, scores, NEAR * distance) < NEAR * distance);
  return { count: lonely.length, isNear, near: (others) => others.filter(isNear).length };
}

/** The distance to the nearest of some rows. @param but the place of a row that is left out */
export function nearestDistance(row: Float64Array, others: readonly Float64Array[], but = -1): number {
  let least = Infinity;
  for (let at = 0; at < others.length; at += 1)
    if (at !== but) least = Math.min(least, distanceBetween(row, others[at]!, least));
  return least;
}

/** Euclid's distance; anything above `most` where it is more than that. */
export function distanceBetween(a: Float64Array, b: Float64Array, most = Infinity): number {
  const bound = most * most;
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
    if (sum > bound) return Infinity;
  }
  return Math.sqrt(sum);
}
