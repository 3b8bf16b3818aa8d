import type { Objects } from '#base/storage/index.ts';
import { SEGMENT_PREFIX } from '../segment.ts';
import { placedKey, placeOf } from './place-key.ts';

/**
 * Looks which of these objects are still there: in the data directory, and in each place that any of them belongs to.
 *
 * @returns for each store how many were found
 * @throws {StorageError} STORAGE_UNAVAILABLE where a place cannot be looked at: then nothing is known of it
 */
export async function lookForObjects(
  objects: Pick<Objects, 'list'>,
  objectKeys: readonly string[],
): Promise<readonly { readonly where: string; readonly found: number }[]> {
  const wanted = new Set(objectKeys);
  const places = [...new Set(objectKeys.flatMap((key) => placeOf(key)?.place ?? []))].sort();
  const stores = [
    { where: 'objects', prefix: SEGMENT_PREFIX },
    ...places.map((place) => ({ where: `place ${place}`, prefix: placedKey(place, SEGMENT_PREFIX) })),
  ];
  const looked: { readonly where: string; readonly found: number }[] = [];
  for (const { where, prefix } of stores) {
    let found = 0;
    for await (const key of objects.list(prefix)) if (wanted.has(key)) found += 1;
    looked.push({ where, found });
  }
  return looked;
}
