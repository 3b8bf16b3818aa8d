import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const WRITES = 300;
/** About what a commit group of the gateway has. */
const BYTES = 32_768;

/**
 * How long durable writes take in a folder, one after the other, in milliseconds: no acknowledgement is faster, so
 * figures of ingest are to be read beside it.
 */
export function timeDurableWrites(folder: string): { readonly p50: number; readonly p99: number } {
  const path = join(folder, 'durable-writes');
  const { O_CREAT, O_DSYNC, O_WRONLY } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_DSYNC, 0o600);
  const times = new Float64Array(WRITES);
  const bytes = Buffer.alloc(BYTES, 1);
  try {
    for (let i = 0; i < WRITES; i++) {
      const began = performance.now();
      writeSync(fd, bytes);
      times[i] = performance.now() - began;
    }
  } finally {
    closeSync(fd);
    rmSync(path);
  }
  times.sort();
  return { p50: times[WRITES >> 1] ?? NaN, p99: times[Math.floor(WRITES * 0.99)] ?? NaN };
}
