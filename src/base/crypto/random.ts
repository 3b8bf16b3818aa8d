import { randomFillSync } from 'node:crypto';
import type { Random } from '#base/core/index.ts';

/** The operating system's cryptographic random source. */
export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};
