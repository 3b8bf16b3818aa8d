import { concatBytes } from '#base/core/index.ts';
import { foldRange, hashNode, MERKLE_HASH_LENGTH } from '#base/crypto/index.ts';
import { AuditError } from './errors.ts';
import { TILE_WIDTH } from './tile-path.ts';

/** The bytes of a tile: its hashes one after the other. */
export function encodeTile(hashes: readonly Uint8Array[]): Uint8Array {
  return concatBytes(hashes);
}

/**
 * The hashes of a tile.
 *
 * @throws {AuditError} AUDIT_TILE_INVALID unless there are `width` of them
 */
export function decodeTile(bytes: Uint8Array, width: number): Uint8Array[] {
  if (bytes.length !== width * MERKLE_HASH_LENGTH) {
    throw new AuditError('AUDIT_TILE_INVALID', `Cannot read tile: it has ${bytes.length} bytes, not ${width} hashes`);
  }
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * MERKLE_HASH_LENGTH, (i + 1) * MERKLE_HASH_LENGTH));
}

/**
 * The hash over a complete run of hashes within a tile.
 *
 * @param hashes as many as a power of two
 */
export function hashTile(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) above.push(hashNode(row[i]!, row[i + 1]!));
    row = above;
  }
  return foldRange(row);
}

/** Entries are at most this long in a bundle, for two bytes give their length. */
export const BUNDLE_ENTRY_LIMIT = 65_535;

/** The bytes of an entry bundle: each entry after its length in two bytes, big endian. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const entry of entries) {
    if (entry.length > BUNDLE_ENTRY_LIMIT) throw new RangeError('Cannot bundle entry: it has more than 65535 bytes');
    view.setUint16(at, entry.length);
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/**
 * The entries of a bundle.
 *
 * @throws {AuditError} AUDIT_TILE_INVALID unless the bytes are exactly `width` entries
 */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  // Untrusted: a bundle holds at most 256 entries, and each length is checked against what is there.
  while (at < bytes.length && entries.length < TILE_WIDTH) {
    const end = at + 2 <= bytes.length ? at + 2 + view.getUint16(at) : Infinity;
    if (end > bytes.length) throw malformedBundle('it ends within an entry');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== width || at !== bytes.length) throw malformedBundle(`it does not hold ${width} entries`);
  return entries;
}

function malformedBundle(why: string): AuditError {
  return new AuditError('AUDIT_TILE_INVALID', `Cannot read entry bundle: ${why}`);
}
