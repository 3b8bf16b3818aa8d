import type { PlacedEntry } from '#trust/audit/index.ts';
import type { AuditReader } from './services.ts';

/** Entries of the log of some time. */
export interface LogSpan {
  readonly entries: readonly PlacedEntry[];
  /** Up to which time they were read, epoch microseconds, where that was too many; null where all were. */
  readonly until: number | null;
}

/** Entries that are read for one answer. */
export const MOST_READ = 100_000;
const PAGE = 1_000;

/**
 * The entries of the log from one time to another, both included, that are wanted. Looks at the logarithm of as many entries as
 * there are before them, and reads those between, up to a bound.
 *
 * @param from epoch microseconds
 */
export async function logBetween(
  reader: Pick<AuditReader, 'entries'>,
  [from, to]: readonly [number, number],
  wanted: (entry: PlacedEntry) => boolean,
  mostRead = MOST_READ,
): Promise<LogSpan> {
  const entries: PlacedEntry[] = [];
  let at = await firstSince(reader, from);
  const end = at + mostRead;
  for (;;) {
    const page = await reader.entries(at, Math.min(PAGE, end - at));
    for (const entry of page) {
      if (entry.time > to) return { entries, until: null };
      if (wanted(entry)) entries.push(entry);
    }
    at += page.length;
    const last = page.at(-1);
    if (last === undefined) return { entries, until: null };
    if (at >= end) return { entries, until: last.time };
  }
}

/** Index of the first entry that is no older than a time; of the next one where all are older. */
async function firstSince(reader: Pick<AuditReader, 'entries'>, time: number): Promise<number> {
  const isOlder = async (index: number): Promise<boolean> => {
    const [entry] = await reader.entries(index, 1);
    return entry !== undefined && entry.time < time;
  };
  let [low, high] = [0, 1];
  while (await isOlder(high)) [low, high] = [high, high * 2];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isOlder(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
