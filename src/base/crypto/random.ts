import { randomFillSync } from 'node:crypto';
import type { Random } from '#base/core/index.ts';

/** The operating system's cryptographic random source. */
export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};

/** Bytes drawn at once; larger requests go to the source itself. */
const POOL_BYTES = 4_096;

/**
 * The same source, asked for many small things at once: for nonces, which are no secrets. Key material is drawn from
 * the source itself, so that none of it lies in the pool.
 */
export function pooledRandom(source: Random): Random {
  let pool = new Uint8Array(0);
  let used = 0;
  return {
    bytes(length) {
      if (length > POOL_BYTES) return source.bytes(length);
      if (used + length > pool.length) {
        pool = new Uint8Array(source.bytes(POOL_BYTES));
        used = 0;
      }
      return pool.slice(used, (used += length));
    },
  };
}
