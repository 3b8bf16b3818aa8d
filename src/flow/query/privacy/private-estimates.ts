import type { PrivateColumn } from '../relations.ts';
import { gridOf } from './private-grid.ts';

/** A sum with noise, and the standard deviation of the noise. */
export interface Noisy {
  readonly value: number;
  readonly deviation: number;
}

/** What an answer says, and how far off the noise has it be at most in 95 of 100 answers. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** 95 of 100 draws of Gaussian noise lie within so many standard deviations. */
export const SURE = 1.96;

export function countEstimate({ value, deviation }: Noisy): Estimate {
  return { value, error: Math.ceil(SURE * deviation) };
}

export function sumEstimate(column: PrivateColumn, count: Noisy, sum: Noisy): Estimate {
  const { middle, step } = gridOf(column);
  const deviation = Math.hypot(middle * count.deviation, step * sum.deviation);
  return { value: middle * count.value + step * sum.value, error: SURE * deviation };
}

/** Where noise hides how many values there are, the whole range is as likely. */
export function meanEstimate(column: PrivateColumn, count: Noisy, sum: Noisy): Estimate {
  const { middle, step } = gridOf(column);
  const [low, high] = column.range ?? [0, 0];
  const many = Math.max(1, count.value);
  const offset = (step * sum.value) / many;
  const value = clamp(middle + offset, low, high);
  if (count.value <= SURE * count.deviation) return { value, error: high - low };
  const deviation = Math.hypot(step * sum.deviation, offset * count.deviation) / many;
  return { value, error: Math.min(high - low, SURE * deviation) };
}

/** @param squares the sum of 2 v² - most² over values v on the grid */
export function varianceEstimate(
  column: PrivateColumn,
  count: Noisy,
  sum: Noisy,
  squares: Noisy,
  { sample, root }: { readonly sample: boolean; readonly root: boolean },
): Estimate {
  const { step, most } = gridOf(column);
  const greatest = (step * most) ** 2;
  const many = Math.max(1, count.value);
  const mean = sum.value / many;
  const centred = squares.value / many;
  const share = sample && many > 1 ? many / (many - 1) : 1;
  const variance = clamp(share * step * step * ((centred + most * most) / 2 - mean * mean), 0, greatest);
  // Errors of the two parts may go the same way: they are of one count.
  const ofSquares = Math.hypot(squares.deviation, centred * count.deviation) / many / 2;
  const ofMean = (2 * Math.abs(mean) * Math.hypot(sum.deviation, mean * count.deviation)) / many;
  const known = count.value > SURE * count.deviation;
  const error = known ? Math.min(greatest, SURE * share * step * step * (ofSquares + ofMean)) : greatest;
  if (!root) return { value: variance, error };
  const deviation = Math.sqrt(variance);
  const low = Math.sqrt(Math.max(0, variance - error));
  const high = Math.sqrt(Math.min(greatest, variance + error));
  return { value: deviation, error: Math.max(deviation - low, high - deviation) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
