import type { Column } from '#base/core/index.ts';
import { hasCode, systemClock } from '#base/core/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { FileJournalReader } from '#flow/journal/index.ts';
import { placeOf } from '#flow/store/archive/place-key.ts';
import { openColumns } from '#flow/store/search-segments.ts';
import type { Segment } from '#flow/store/index.ts';
import { SegmentHost } from '#run/server/control/segment-host.ts';
import type { DataDirectory } from '#run/server/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { openStopped } from './open-stopped.ts';

/** How many values were a word, by where they were. */
export interface CountedValues {
  readonly segments: number;
  readonly journal: number;
}

/**
 * Looks for a word in what a platform that does not run has stored, opened with every key that it has: segments that
 * queries see and those that were replaced, wherever they lie, and all of the journal.
 *
 * @param places folders of places that segments are archived in, by name
 */
export async function countOpened(
  layout: DataDirectory,
  word: string,
  places: Readonly<Record<string, string>> = {},
): Promise<CountedValues> {
  await using trust = await openStopped(layout);
  const host = await SegmentHost.open(trust.catalogue, trust.keys, systemClock);
  let segments = 0;
  for (const segment of await host.stored()) segments += await countInSegment(segment, word, { layout, places, keys: trust.keys }); // prettier-ignore
  const reader = new FileJournalReader({
    directory: layout.journal,
    writersGone: true,
    keys: { key: (file) => trust.keys.openFileKey({ actor: 'weir:test', resource: `journal:${file}` }, file) },
  });
  let journal = 0;
  for await (const { record } of reader.read(new Map()))
    if (record.kind === 'batch')
      journal += record.batch.columns.reduce((sum, { data }) => sum + timesIn(data, word), 0);
  return { segments, journal };
}

async function countInSegment(
  segment: Segment,
  word: string,
  {
    layout,
    places,
    keys,
  }: { readonly layout: DataDirectory; readonly places: Readonly<Record<string, string>>; readonly keys: KeyRing },
): Promise<number> {
  const local = await openDirectoryObjects(layout.objects);
  const placed = placeOf(segment.objectKey);
  // An object of a place lies here until it was carried there.
  const isThere = placed !== null && (await local.size(segment.objectKey)) === null;
  const opened = openColumns(
    isThere ? { ...segment, objectKey: placed.key } : segment,
    segment.columns.map(({ name }) => name),
    {
      objects: isThere ? await openDirectoryObjects(places[placed.place] ?? '') : local,
      segmentKeys: {
        unwrap: (resource, handles) => keys.unwrapDataKeys({ actor: 'weir:test', resource }, handles),
      },
    },
  );
  const columns = await opened.catch((error: unknown) => {
    if (hasCode(error, 'STORE_KEY_MISSING')) return [];
    throw error;
  });
  return columns.reduce((sum, { data }) => sum + timesIn(data, word), 0);
}

function timesIn(data: Column, word: string): number {
  if (data.type !== 'text') return 0;
  return data.codes.reduce((sum, code) => sum + (data.dictionary[code] === word ? 1 : 0), 0);
}
