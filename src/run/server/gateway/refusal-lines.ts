import type { RefusalCount } from '#flow/gateway/index.ts';

/** At most this many lines a second go into the log; the rest is summed up. */
const MOST_LINES = 64;

/**
 * The counts that go into the log one by one, most frequent first, and the others in one sum. Those of the prober are
 * few, and are in no sum with those of strangers.
 */
export function refusalLines(counts: readonly RefusalCount[]): readonly RefusalCount[] {
  const own = counts.filter((count) => count.own);
  const others = counts.filter((count) => !count.own);
  const rest = others.slice(MOST_LINES).reduce((sum, { count }) => sum + count, 0);
  const summed =
    rest === 0 ? [] : [{ listener: 'any', reason: 'other', source: 'other', own: false, count: rest } as const];
  return [...others.slice(0, MOST_LINES), ...own, ...summed];
}
