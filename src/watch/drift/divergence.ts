/** Half a value in every bin, so that an empty one is rare and not impossible. */
const HALF = 0.5;

/**
 * The population stability index of counts in the same bins: the sum over bins of the difference of both shares, times
 * the logarithm of their ratio. By custom 0.1 is a small change and 0.25 a great one.
 *
 * @param smoothing added to every count once both have as many as the smaller, so that an empty bin of one is no rarer
 *   than that of the other; 0 only where no bin is empty
 * @see Siddiqi, "Credit risk scorecards" (2006); it is the divergence of Jeffreys (1946)
 */
export function populationStability(expected: Float64Array, actual: Float64Array, smoothing = HALF): number {
  const bins = expected.length;
  const [ofExpected, ofActual] = [sum(expected), sum(actual)];
  const size = Math.min(ofExpected, ofActual);
  if (size === 0) return 0;
  const all = size + bins * smoothing;
  let index = 0;
  for (let bin = 0; bin < bins; bin++) {
    const e = ((expected[bin]! / ofExpected) * size + smoothing) / all;
    const a = ((actual[bin]! / ofActual) * size + smoothing) / all;
    index += (a - e) * Math.log(a / e);
  }
  return index;
}

/**
 * The distance of Jensen and Shannon between counts in the same bins, with logarithms to base 2: 0 to 1.
 *
 * @returns 0 where one of them has no counts
 * @see Lin, "Divergence measures based on the Shannon entropy" (1991); Endres and Schindelin (2003) for its root
 */
export function jensenShannon(a: Float64Array, b: Float64Array): number {
  const [ofA, ofB] = [sum(a), sum(b)];
  if (ofA === 0 || ofB === 0) return 0;
  let divergence = 0;
  for (let bin = 0; bin < a.length; bin++) {
    const [p, q] = [a[bin]! / ofA, b[bin]! / ofB];
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p * Math.log2(p / middle)) / 2;
    if (q > 0) divergence += (q * Math.log2(q / middle)) / 2;
  }
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

function sum(counts: Float64Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
