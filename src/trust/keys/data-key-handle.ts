/**
 * What a data key is known by: the id of its block, a point, its place there. In the first version of the tables each
 * key was on its own, and its handle has no point.
 */
export function handleIn(block: string, place: number): string {
  return `${block}.${place}`;
}

/** The block that a handle speaks of. */
export function blockOf(handle: string): string {
  const point = handle.indexOf('.');
  return point < 0 ? handle : handle.slice(0, point);
}

/**
 * The place of a key in its block, or null where the handle speaks of none.
 *
 * @param keys number of keys in the block; null for a key on its own
 */
export function placeIn(block: string, keys: number | null, handle: string): number | null {
  if (keys === null) return handle === block ? 0 : null;
  // Untrusted: a handle stands in a segment. Only the one way to write a place counts.
  const place = Number(handle.slice(block.length + 1));
  return Number.isInteger(place) && place >= 0 && place < keys && handle === handleIn(block, place) ? place : null;
}
