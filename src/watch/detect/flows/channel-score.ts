/** What is known of a channel over its windows. */
export interface ChannelScore {
  /** Rarities of its signs, summed over its windows, of which older ones count less. */
  readonly rarities: Float64Array;
  windows: number;
}

/** Windows that count: two hours. */
export const SCORE_MEMORY = 12;
/** Weight, in windows, of that nothing is rare: one odd window says little, a few of them much. */
const PRIOR_WINDOWS = 2;

export function beginScore(signs: number): ChannelScore {
  return { rarities: new Float64Array(signs), windows: 0 };
}

/** Takes a window in. @returns how much like command and control the channel is by now: the mean rarity of its windows */
export function takeWindow(score: ChannelScore, rarities: Float64Array): number {
  const fade = score.windows < SCORE_MEMORY ? 1 : (SCORE_MEMORY - 1) / SCORE_MEMORY;
  for (let i = 0; i < rarities.length; i++) score.rarities[i] = score.rarities[i]! * fade + rarities[i]!;
  score.windows = Math.min(SCORE_MEMORY, score.windows + 1);
  return score.rarities.reduce((sum, rarity) => sum + rarity, 0) / (score.windows + PRIOR_WINDOWS);
}
