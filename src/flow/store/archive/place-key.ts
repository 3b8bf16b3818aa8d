/** Prefix of the keys of all objects that belong to another place than the data directory. */
export const PLACES_PREFIX = 'places/';

/** Key by which the platform knows an object of a place. */
export function placedKey(place: string, key: string): string {
  return `${PLACES_PREFIX}${place}/${key}`;
}

/** The place that an object belongs to, and its key there; null for one of the data directory. */
export function placeOf(objectKey: string): { readonly place: string; readonly key: string } | null {
  if (!objectKey.startsWith(PLACES_PREFIX)) return null;
  const [place = '', ...parts] = objectKey.slice(PLACES_PREFIX.length).split('/');
  return { place, key: parts.join('/') };
}
