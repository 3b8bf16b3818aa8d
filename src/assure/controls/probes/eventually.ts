const PAUSE_MS = 100;

/**
 * Asks again until an answer is as wanted, and gives the last one: for what follows its cause within a moment, such as a
 * count of refused connections that goes into the log once a second.
 *
 * @param withinMs how long to ask again; with 0 it is asked once
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  withinMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer) || performance.now() >= deadline || signal?.aborted === true) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
