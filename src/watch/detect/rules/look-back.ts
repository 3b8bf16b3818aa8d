import type { PlacedEntry } from '#trust/audit/index.ts';

/** Reads entries of a log from an index on, in order, up to the newest. */
export type ReadEntries = (from: number) => AsyncIterable<PlacedEntry>;

/**
 * Where to begin so that all entries are read that are no older than a time before the one at an index. Looks at the
 * logarithm of as many entries as there are before it.
 *
 * @param next index of the first entry that was not taken yet
 * @param memory microseconds
 * @returns an index no greater than `next`
 */
export async function lookBack(entries: ReadEntries, next: number, memory: number): Promise<number> {
  const newest = await timeAt(entries, next - 1);
  if (newest === null) return next;
  let [low, high] = [0, next];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const time = await timeAt(entries, middle);
    if (time === null || time >= newest - memory) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function timeAt(entries: ReadEntries, index: number): Promise<number | null> {
  if (index < 0) return null;
  for await (const { time } of entries(index)) return time;
  return null;
}
