/**
 * The greatest distance between the distribution functions of two samples.
 *
 * @param a ascending, without NaN, at least one value; so is `b`
 * @returns 0 to 1
 */
export function ksDistance(a: Float64Array, b: Float64Array): number {
  let [i, j, greatest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && value === a[i]) i++;
    while (j < b.length && value === b[j]) j++;
    greatest = Math.max(greatest, Math.abs(i / a.length - j / b.length));
  }
  return greatest;
}

/** The same of counts in the same bins: the greatest distance at a border of bins. */
export function ksOfCounts(a: Float64Array, b: Float64Array): number {
  const [ofA, ofB] = [sum(a), sum(b)];
  if (ofA === 0 || ofB === 0) return 0;
  let [atA, atB, greatest] = [0, 0, 0];
  for (let bin = 0; bin < a.length; bin++) {
    atA += a[bin]! / ofA;
    atB += b[bin]! / ofB;
    greatest = Math.max(greatest, Math.abs(atA - atB));
  }
  return Math.min(1, greatest);
}

const MOST_TERMS = 100;

/**
 * The chance of so great a distance, or a greater one, between samples of one distribution whose values are
 * independent: the limiting distribution.
 *
 * @see Smirnov (1939); Press et al., "Numerical recipes", section 14.3
 */
export function ksChance(distance: number, sizeA: number, sizeB: number): number {
  const scaled = Math.sqrt((sizeA * sizeB) / (sizeA + sizeB)) * distance;
  // Below this it is 1 to all the digits of a double, and the series converges slowly.
  if (scaled < 0.2) return 1;
  let chance = 0;
  for (let k = 1; k <= MOST_TERMS; k++) {
    const term = Math.exp(-2 * k * k * scaled * scaled);
    chance += k % 2 === 1 ? 2 * term : -2 * term;
    if (term < 1e-16) break;
  }
  return Math.min(1, Math.max(0, chance));
}

function sum(counts: Float64Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
