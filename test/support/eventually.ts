/**
 * Asks again until an answer is as wanted; gives the last one when the time is over, for the test to compare.
 *
 * @param withinMs generous: on a busy machine everything takes longer
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  wanted: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  for (const end = performance.now() + withinMs; ;) {
    const answer = await ask();
    if (wanted(answer) || performance.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
