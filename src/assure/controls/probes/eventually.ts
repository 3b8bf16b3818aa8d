const PAUSE_MS = 100;

/**
 * Tries again until something holds, or time is up: for what follows its cause within a moment, such as a count of
 * refused connections that goes into the log once a second.
 *
 * @param withinMs how long to try
 * @returns whether it held in the end
 */
export async function eventually(
  holds: () => Promise<boolean>,
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > deadline || signal.aborted) return false;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
