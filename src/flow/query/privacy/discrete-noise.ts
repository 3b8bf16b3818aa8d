import type { Random } from '#base/core/index.ts';

/** A fraction of whole numbers, the denominator above zero. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * Noise in whole numbers, drawn exactly: no step rounds, so the result tells nothing beyond what the distribution allows.
 * Samplers in floating point do: which of the doubles they can hit depends on the true answer.
 *
 * @see C. Canonne, G. Kamath, T. Steinke, The Discrete Gaussian for Differential Privacy, 2020, algorithms 1 to 3
 * @see I. Mironov, On Significance of the Least Significant Bits for Differential Privacy, 2012
 */
export class DiscreteNoise {
  readonly #random: Random;

  /** @param random a cryptographic source */
  constructor(random: Random) {
    this.#random = random;
  }

  /** A whole number with probability in proportion to exp(-x² / 2σ²). */
  gaussian({ numerator, denominator }: Fraction): bigint {
    // σ² = n/d; proposals from a Laplace distribution of the next whole scale above σ are kept with exp(-(|y| - σ²/t)² / 2σ²).
    const scale = squareRoot(numerator / denominator) + 1n;
    const bound = 2n * numerator * denominator * scale * scale;
    for (;;) {
      const proposal = this.laplace({ numerator: scale, denominator: 1n });
      const distance = magnitude(proposal) * denominator * scale - numerator;
      if (this.#chance(distance * distance, bound)) return proposal;
    }
  }

  /** A whole number with probability in proportion to exp(-|x| / scale). */
  laplace({ numerator, denominator }: Fraction): bigint {
    for (;;) {
      const part = this.#below(numerator);
      if (!this.#chance(part, numerator)) continue;
      let whole = 0n;
      while (this.#chance(1n, 1n)) whole += 1n;
      const size = (part + numerator * whole) / denominator;
      const isNegative = this.#below(2n) === 1n;
      // Else zero would come twice as often as it may.
      if (isNegative && size === 0n) continue;
      return isNegative ? -size : size;
    }
  }

  /** True with probability exp(-numerator / denominator). */
  #chance(numerator: bigint, denominator: bigint): boolean {
    let left = numerator;
    for (; left > denominator; left -= denominator) if (!this.#chanceWithinOne(1n, 1n)) return false;
    return this.#chanceWithinOne(left, denominator);
  }

  /** The same for a fraction from 0 to 1: the first failure of trials γ/1, γ/2, γ/3… comes at an odd place. */
  #chanceWithinOne(numerator: bigint, denominator: bigint): boolean {
    let place = 1n;
    while (this.#below(denominator * place) < numerator) place += 1n;
    return place % 2n === 1n;
  }

  /** A whole number from 0 to below a limit, each as likely: numbers beyond it are drawn again. */
  #below(limit: bigint): bigint {
    const bits = (limit - 1n).toString(2).length;
    const length = Math.ceil(bits / 8);
    const excess = BigInt(length * 8 - bits);
    for (;;) {
      let drawn = 0n;
      for (const byte of this.#random.bytes(length)) drawn = (drawn << 8n) | BigInt(byte);
      drawn >>= excess;
      if (drawn < limit) return drawn;
    }
  }
}

/** A finite double above zero as the fraction that it is, without rounding. */
export function fractionOf(value: number): Fraction {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`Cannot write ${value} as a fraction above zero`);
  let numerator = value;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(numerator), denominator };
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The greatest whole number whose square is not above a value, by Newton's method. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
