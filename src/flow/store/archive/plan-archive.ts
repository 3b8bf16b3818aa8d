import { bytes, micros } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import type { CompactionLimits, CompactionPlan } from '../plan-compaction.ts';
import { oldestThatFit } from '../plan-compaction.ts';
import { receiptOf } from '../retention.ts';
import type { Segment } from '../segment.ts';
import { placeOf } from './place-key.ts';

/** Where segments of a stream go, and which: those whose readings were all received before a moment. */
export interface ArchiveTerm {
  readonly to: string;
  readonly before: Micros;
}

/** What of the segments of this moment belongs into other places. */
export interface Archive {
  /** Null where the segments of a stream stay where they are. */
  termOf(stream: string): ArchiveTerm | null;
  /** Region that a place stands in; null where nothing says. */
  standsIn(place: string): string | null;
  /** Whether what lies in a place can be read now, as far as is known. */
  isOpen(place: string): boolean;
  /** Notes that a place could not be read: it is not open until it was tried again. */
  close(place: string): void;
}

export const NO_ARCHIVE: Archive = {
  termOf: () => null,
  standsIn: () => null,
  isOpen: () => false,
  close: () => undefined,
};

/** An archived segment is larger than others: it is asked for seldom, and each costs requests. */
export const ARCHIVE_LIMITS: CompactionLimits = {
  fanIn: 64,
  rows: 4_194_304,
  bytes: bytes(256 * 1_048_576),
};

const DAY_MS = 86_400_000;
/** Steps in the time after which segments go: what becomes due within one goes together, in larger segments. */
const STEPS = 32;

/**
 * Segments whose readings were all received before this moment go to the archive. It moves in steps of a thirty-second
 * part of `after`, a day at most, and behind it, so that nothing goes sooner.
 *
 * @param now epoch microseconds
 */
export function archivedBefore(after: Millis, now: Micros): Micros {
  const step = Math.ceil(Math.min(DAY_MS, after / STEPS)) * 1_000;
  return micros(Math.floor((now - after * 1_000) / step) * step);
}

/**
 * Decides which segments go to another place next, merged into one: of one stream, with the oldest readings first. What
 * lies in another place than is declared by now goes from there.
 *
 * @param segments active ones of all streams
 * @returns null where all lie where they belong
 */
export function planArchive(
  segments: readonly Segment[],
  archive: Archive,
  limits: CompactionLimits,
): CompactionPlan | null {
  const due = segments.filter((segment) => {
    const term = archive.termOf(segment.stream);
    if (term === null || receiptOf(segment).last >= term.before) return false;
    const from = placeOf(segment.objectKey)?.place;
    return from !== term.to && (from === undefined || archive.isOpen(from));
  });
  const [oldest] = due.toSorted(byTime);
  if (oldest === undefined) return null;
  const { stream, region } = oldest;
  // What has to stay in different regions never lies together.
  const group = due.filter((segment) => segment.stream === stream && segment.region === region);
  const inputs = oldestThatFit(group, limits);
  const place = archive.termOf(stream)!.to;
  // One alone goes however large it is.
  return { stream, inputs: inputs.length === 0 ? [oldest] : inputs, place };
}

function byTime(a: Segment, b: Segment): number {
  return a.minTime - b.minTime || (a.id < b.id ? -1 : 1);
}
