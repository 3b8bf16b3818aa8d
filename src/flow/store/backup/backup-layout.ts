/** What the place is, and of which platform: written once. */
export const DESCRIPTION_KEY = 'weir-backup.json';
/** The key ring: the one object that is replaced. */
export const RING_KEY = 'ring/current';
export const MANIFEST_PREFIX = 'manifests/';
export const BLOB_PREFIX = 'blobs/';

/** Where the manifest of a snapshot lies. @param snapshot 32 hex digits that rise with time */
export function manifestKey(snapshot: string): string {
  return `${MANIFEST_PREFIX}${snapshot}`;
}

/** Where sealed bytes lie. @param digest their hex SHA-256 */
export function blobKey(digest: string): string {
  return `${BLOB_PREFIX}${digest.slice(0, 2)}/${digest}`;
}
