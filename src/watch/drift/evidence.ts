/**
 * The evidence that a chance is worth, as an e-value: its mean is at most 1 where the chance is that of a true null
 * hypothesis, so products of it over time stay small there, and it is greater the smaller the chance. The mean over κ
 * of the calibrators κ p^(κ − 1).
 *
 * @param chance above 0, at most 1
 * @see Vovk and Wang, "E-values: calibration, combination and applications" (2021), section 2
 */
export function evidenceOf(chance: number): number {
  const log = Math.log(chance);
  // The formula is 0 / 0 at 1, and tends to 1/2.
  if (log > -1e-4) return 0.5 - log / 6;
  return (1 - chance + chance * log) / (chance * log * log);
}

/**
 * The next value of a running test, as a logarithm: it starts anew wherever nothing speaks for a change, so that it
 * finds one whenever it comes. On average it takes more than 1/α steps until it exceeds 1/α where nothing changes.
 *
 * @see Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change detection" (2022)
 */
export function nextEvidence(logBefore: number, logEvidence: number): number {
  return Math.min(MOST, Math.max(0, logBefore) + logEvidence);
}

/** Beyond it nothing is surer. */
const MOST = 600;

/**
 * Which of several hypotheses are rejected, so that among those of which that is said at most a share of `rate` are
 * expected to be true, however they depend on each other.
 *
 * @param logEvidence natural logarithm of the e-value of each
 * @see Wang and Ramdas, "False discovery rate control with e-values" (2022), e-BH
 */
export function rejectByEvidence(logEvidence: Float64Array, rate: number): readonly number[] {
  const order = [...logEvidence.keys()].sort((a, b) => logEvidence[b]! - logEvidence[a]! || a - b);
  let kept = 0;
  for (const [rank, i] of order.entries()) {
    if (logEvidence[i]! >= Math.log(logEvidence.length / rate / (rank + 1))) kept = rank + 1;
  }
  return order.slice(0, kept);
}

/**
 * The same for chances.
 *
 * @see Benjamini and Hochberg, "Controlling the false discovery rate" (1995)
 */
export function rejectByChance(chances: Float64Array, rate: number): readonly number[] {
  const order = [...chances.keys()].sort((a, b) => chances[a]! - chances[b]! || a - b);
  let kept = 0;
  for (const [rank, i] of order.entries()) if (chances[i]! <= (rate * (rank + 1)) / chances.length) kept = rank + 1;
  return order.slice(0, kept);
}
