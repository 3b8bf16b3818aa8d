import { systemClock } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { placeRegion } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { archivedBefore } from '#flow/store/index.ts';
import type { Archive } from '#flow/store/index.ts';
import { ArchivePlaces } from './archive-places.ts';

/** What a process needs to reach places, as plain data. */
export interface PlacesStart {
  /** Folder of the data directory with credentials. */
  readonly folder: string;
  readonly deployment: string;
  readonly holder: string;
}

/** How long one that only reads leaves a place alone that failed, in milliseconds: a mount that is back is used soon. */
const REST_MS = 5_000;

/** The places for who reads what lies there. */
export function placesToRead(start: PlacesStart): ArchivePlaces {
  return new ArchivePlaces({ ...start, readOnly: true, restMs: REST_MS, nowMs: () => systemClock.monotonicMs() });
}

/** The places for the one who changes what lies there, and tries by itself what failed. */
export function placesToKeep(start: PlacesStart): ArchivePlaces {
  return new ArchivePlaces({ ...start, readOnly: false, restMs: Infinity, nowMs: () => systemClock.monotonicMs() });
}

/**
 * What of the segments belongs into other places under a template.
 *
 * @param now epoch microseconds
 */
export function archiveOf(
  template: Template | undefined,
  places: Pick<ArchivePlaces, 'isOpen' | 'close'>,
  now: Micros,
): Archive {
  return {
    termOf: (stream) => {
      const archive = template?.streams.get(stream)?.archive;
      return archive === undefined ? null : { to: archive.to, before: archivedBefore(archive.after, now) };
    },
    standsIn: (place) => (template === undefined ? null : placeRegion(template, place)),
    isOpen: (place) => places.isOpen(place),
    close: (place) => places.close(place),
  };
}
