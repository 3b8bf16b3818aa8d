import { encodeUtf8 } from '#base/core/index.ts';
import { hmacSha256 } from './digest.ts';

/** Buckets that categories may be hashed into. */
export const BUCKETS = { least: 2, greatest: 1_048_576 } as const;

const BITS_32 = 0x1_0000_0000;
const BITS_20 = 0x10_0000;

/**
 * The bucket of a category: one way, and no way at all without the key. Of the first 52 bits of an HMAC the remainder, so
 * that no bucket is likelier than another by more than a part in 2³².
 *
 * @param buckets how many there are, from 2 to 1,048,576
 * @see Weinberger et al., "Feature hashing for large scale multitask learning" (2009); RFC 2104
 */
export function hashBucket(key: Uint8Array, category: string, buckets: number): number {
  // Told apart from digests that the same key makes for other things: a bucket must not be a part of one.
  const digest = hmacSha256(key, encodeUtf8(`bucket\0${category}`));
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  return (view.getUint32(0) + BITS_32 * (view.getUint32(4) % BITS_20)) % buckets;
}
