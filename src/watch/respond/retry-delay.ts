/** Seconds before the next try, by how many came before; the last one goes on. */
const DELAYS_S = [5, 30, 120, 600, 1_800, 3_600, 7_200] as const;
/** A share by which delays differ, so that receivers that come back are not asked by all at once. */
const SPREAD = 0.2;
/** The longest that a receiver may have us wait. */
const MOST_ASKED_S = 3_600;

/**
 * How long to wait before a message is sent again, in milliseconds.
 *
 * @param tries how often it was tried, at least 1
 * @param random 0 to 1
 * @param asked seconds that the receiver asked for; null where it did not
 */
export function retryDelay(tries: number, random: number, asked: number | null): number {
  const standard = DELAYS_S[Math.min(tries, DELAYS_S.length) - 1] ?? DELAYS_S[0];
  const spread = standard * (1 - SPREAD + 2 * SPREAD * random);
  return Math.round(Math.max(spread, Math.min(asked ?? 0, MOST_ASKED_S)) * 1_000);
}
