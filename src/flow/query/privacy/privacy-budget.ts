import { epsilonOf, gaussianLoss } from './privacy-loss.ts';

/**
 * Losses are counted in billionths of ρ of zero-concentrated differential privacy, as whole numbers: these add up exactly
 * and in any order, and noise is drawn from them without a step in floating point.
 *
 * @see M. Bun, T. Steinke, Concentrated Differential Privacy, 2016
 */
export type NanoRho = number;

export const NANO = 1_000_000_000;
/** More tells everything there is. */
const MOST: NanoRho = 1_000_000 * NANO;

/** What a loss amounts to with a δ. */
export function epsilonOfRho(rho: NanoRho, delta: number): number {
  // Noise of standard deviation m over what one person changes has ρ = 1 / (2 m²).
  return rho <= 0 ? 0 : epsilonOf(gaussianLoss(Math.sqrt(NANO / (2 * rho))), delta);
}

/** The greatest loss that amounts to no more than ε with a δ, at least the least there is. */
export function rhoOfEpsilon(epsilon: number, delta: number): NanoRho {
  let [low, high] = [0, MOST];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (epsilonOfRho(middle, delta) <= epsilon) low = middle;
    else high = middle;
  }
  return low;
}
