import { countAtMost, countBelow, robustCentre } from './order-statistics.ts';

/** What is usual among the others of a group, and where a value stands among them. */
export interface Standing {
  /** Median of the others, and their robust spread. */
  readonly centre: number;
  readonly spread: number;
  /** How many of these spreads, or of the least one where that is greater, the value lies from it. */
  readonly position: number;
  /** Others that are below it, counted half where they are equal. */
  readonly below: number;
  readonly others: number;
}

/** Fewer others are no group. */
export const LEAST_PEERS = 3;

/**
 * Where a value stands among those of the others of its group.
 *
 * @param others finite, in ascending order
 * @param least a spread below which differences mean nothing
 * @returns null where the others are too few
 */
export function standing(value: number, others: Float64Array, least: number): Standing | null {
  if (others.length < LEAST_PEERS) return null;
  const { centre, spread } = robustCentre(others);
  const position = (value - centre) / Math.max(spread, least, Number.MIN_VALUE);
  return { centre, spread, position, below: belowOf(others, value), others: others.length };
}

/** How many of the sorted values are below one, counted half where they are equal. */
export function belowOf(sorted: Float64Array, value: number): number {
  return (countBelow(sorted, value) + countAtMost(sorted, value)) / 2;
}
