import { hasCode } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import type { Objects } from '#base/storage/index.ts';
import type { SegmentPublisher } from './ports.ts';
import { PLACES_PREFIX } from './archive/place-key.ts';
import { SEGMENT_PREFIX } from './segment.ts';

/** Object keys that are looked up at once. */
const PAGE = 500;
const CODES = ['STORAGE_IO', 'STORAGE_UNAVAILABLE'];

/**
 * Removes objects that no catalogue row names: what a crash between storing and publishing left. Only to be called
 * while nothing is being sealed.
 *
 * @param objects the data directory by itself: only what is published is ever carried to another place
 * @returns how many were removed
 */
export async function removeOrphans(objects: Objects, publisher: SegmentPublisher, log: Log): Promise<number> {
  let removed = 0;
  let page: string[] = [];
  const flush = async (): Promise<void> => {
    const known = new Set(await publisher.known(page));
    for (const key of page) {
      if (known.has(key)) continue;
      await objects.delete(key);
      removed += 1;
      log.info({ object: key }, 'removed an object that was never published');
    }
    page = [];
  };
  for (const prefix of [SEGMENT_PREFIX, PLACES_PREFIX]) {
    for await (const key of objects.list(prefix)) {
      page.push(key);
      if (page.length === PAGE) await flush();
    }
  }
  if (page.length > 0) await flush();
  return removed;
}

/**
 * Deletes the objects of segments that were replaced before a moment, so that queries which began before could end.
 *
 * @param before epoch microseconds
 * @param streams only of these; null for all
 * @returns how many were deleted
 */
export async function removeReplaced(
  objects: Objects,
  publisher: Pick<SegmentPublisher, 'replacedBefore' | 'forget'>,
  before: number,
  log: Log,
  streams: ReadonlySet<string> | null = null,
): Promise<number> {
  const gone: string[] = [];
  for (const segment of await publisher.replacedBefore(before)) {
    if (streams?.has(segment.stream) === false) continue;
    try {
      await objects.delete(segment.objectKey);
      gone.push(segment.id);
    } catch (error) {
      const code = CODES.find((one) => hasCode(error, one)) ?? 'unknown';
      log.warn({ segment: segment.id, code }, 'could not delete a replaced segment');
    }
  }
  if (gone.length > 0) await publisher.forget(gone);
  return gone.length;
}
