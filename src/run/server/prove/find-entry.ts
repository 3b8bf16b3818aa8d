import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';

/** Entries in one look: a bundle of the log. */
const STEP = 256;
/** Clocks are set back now and then: entries up to this much earlier than their place says are not missed. */
const SLACK_US = 5_000_000;

/** What an entry must say. */
export interface WantedEntry {
  readonly action: string;
  /** One that ends with a colon stands for all that begin so. */
  readonly resource: string;
  readonly since: Micros;
  readonly reason?: string;
}

/** Reads entries from an index on, as many as a limit says or as there are. */
export type ReadEntries = (from: number, limit: number) => Promise<readonly PlacedEntry[]>;

/**
 * Looks for an entry in a log of `size` entries that was written at a time or later.
 *
 * Entries stand nearly in the order of time, so the first that counts is found by halving. What is looked for mostly
 * stands near one end, the newest or the first that counts: so the search goes from both.
 */
export async function findEntry(read: ReadEntries, size: number, wanted: WantedEntry): Promise<PlacedEntry | null> {
  let low = await firstSince(read, size, micros(wanted.since - SLACK_US));
  let high = size;
  while (low < high) {
    const top = Math.max(low, high - STEP);
    const newest = (await read(top, high - top)).findLast((entry) => isWanted(entry, wanted));
    if (newest !== undefined) return newest;
    high = top;
    if (high <= low) break;
    const oldest = (await read(low, Math.min(STEP, high - low))).find((entry) => isWanted(entry, wanted));
    if (oldest !== undefined) return oldest;
    low += STEP;
  }
  return null;
}

function isWanted({ time, event }: PlacedEntry, { action, resource, since, reason }: WantedEntry): boolean {
  return (
    time >= since &&
    event.action === action &&
    (resource.endsWith(':') ? event.resource.startsWith(resource) : event.resource === resource) &&
    (reason === undefined || event.reason === reason)
  );
}

async function firstSince(read: ReadEntries, size: number, since: Micros): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [entry] = await read(middle, 1);
    if (entry !== undefined && entry.time < since) low = middle + 1;
    else high = middle;
  }
  return low;
}
