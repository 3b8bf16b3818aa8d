import { join } from 'node:path';
import { sha256Hex, systemRandom as random } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { copyObject, inParallel, readHashed } from '#flow/store/index.ts';
import { disposableFolder } from '../test/support/tmp.ts';
import { absolute, median } from './support/measurement.ts';
import type { Bench } from './support/measurement.ts';

const SEGMENTS = 48;
const SEGMENT_BYTES = 16 * 1_048_576;
const AT_ONCE = 3;
const ROUNDS = 3;
const MIB = 1_048_576;

/**
 * MiB a second of segments that a backup to a directory copies, as a restore from it does, and reads again to verify:
 * 768 MiB in segments of 16 MiB, each read, hashed, written and synced, three at a time. One thread of its own code.
 */
export const bench: Bench = async (note) => {
  await using folder = await disposableFolder();
  const from = await openDirectoryObjects(join(folder.path, 'objects'));
  const segments: { readonly key: string; readonly size: number; readonly digest: string }[] = [];
  for (let at = 0; at < SEGMENTS; at += 1) {
    const bytes = random.bytes(SEGMENT_BYTES);
    segments.push({ key: `segments/${at}`, size: bytes.length, digest: sha256Hex(bytes) });
    await from.put(`segments/${at}`, bytes);
  }
  const rates: Record<'copy' | 'verify', number[]> = { copy: [], verify: [] };
  const measured = async (kind: keyof typeof rates, work: () => Promise<void>): Promise<void> => {
    const start = performance.now();
    await work();
    const rate = (SEGMENTS * SEGMENT_BYTES) / MIB / ((performance.now() - start) / 1_000);
    note(`${kind}: ${Math.round(rate)} MiB/s`);
    rates[kind].push(rate);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const to = await openDirectoryObjects(join(folder.path, `copies-${round}`));
    await measured('copy', () =>
      inParallel(segments, AT_ONCE, async (segment) => {
        const found = await copyObject(from, to, segment.key, segment);
        if (found !== 'copied') throw new Error(`${segment.key} is ${found}`);
      }),
    );
    await measured('verify', () =>
      inParallel(segments, AT_ONCE, async ({ key, size, digest }) => {
        if ((await readHashed(to, key, size)).digest !== digest) throw new Error(`${key} differs`);
      }),
    );
  }
  return [
    absolute('backup: segments copied to a directory', 'MiB/s', median(rates.copy), { atLeast: 200 }),
    absolute('backup: verified', 'MiB/s', median(rates.verify), { atLeast: 200 }),
  ];
};
