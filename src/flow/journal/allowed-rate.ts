/** From this part of its goal on what waits counts. */
const COUNTS_FROM = 0.5;
/** How much of what is served a whole goal above or below is worth. */
const GAIN = 1;

/**
 * How much may come a second where what comes waits for a stage that serves so much a second.
 *
 * Proportional to what is served, so that nothing has to be known of the machine: as much as is served where as much
 * waits as is meant to, up to half as much more below that, less above, nothing from twice the goal on. What waits then
 * comes to its goal within about the time that the goal is worth, and does not swing about it as long as what is told of
 * it is younger than a third of that time.
 *
 * @param servedPerSecond of the stage while something waits for it
 * @param load what waits, as a part of what is meant to wait at most
 * @returns null where as much may come as likes to
 */
export function allowedRate(servedPerSecond: number, load: number): number | null {
  if (load <= COUNTS_FROM) return null;
  return servedPerSecond * Math.max(0, 1 + GAIN * (1 - load));
}

/** The lower of two rates, null standing for any. */
export function lowerRate(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
