import type { BackupTrial } from '#assure/controls/index.ts';
import { micros, parseRfc3339 } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { decodeDocument, readHashed, RING_KEY } from '#flow/store/index.ts';
import type { BackupRing, OpenEnvelope } from '#flow/store/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import type { BackupTarget } from './backup-targets.ts';
import type { PatientPlaces } from './patient-places.ts';
import { readSnapshot } from './read-snapshot.ts';
import { objectsOf } from './verify-backup.ts';

export interface TryTargetsParts {
  readonly targets: readonly BackupTarget[];
  readonly places: PatientPlaces;
  readonly open: OpenEnvelope;
  readonly custody: Pick<Custody, 'names'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Objects that are read of each target. */
const SAMPLE = 16;
const HOUR_US = 3_600_000_000;

/** Looks at every target of backups as it lies there: what is signed, a sample of what is stored, and what its ring opens. */
export async function tryTargets({
  targets,
  places,
  open,
  custody,
  clock,
  random,
}: TryTargetsParts): Promise<readonly BackupTrial[]> {
  const destroyed = await destroyedKeys(custody);
  const trials: BackupTrial[] = [];
  for (const { id, place, behind } of targets) {
    const hours = (since: number | null): number | null => (since === null ? null : (clock.now() - since) / HOUR_US);
    const trial = { target: id, behindHours: hours(behind) };
    try {
      const objects = await places.open(place, { readOnly: true });
      const { manifest, ring } = await readSnapshot(objects, () => open);
      trials.push({
        ...trial,
        problem: null,
        ageHours: hours(micros(parseRfc3339(manifest.at) ?? 0)),
        sampled: Math.min(SAMPLE, objectsOf(manifest).length),
        damaged: await damagedOf(objects, sample(objectsOf(manifest), random)),
        flipFound: await findsFlip(objects, open, random),
        destroyedKeys: destroyed(ring),
      });
    } catch (error) {
      const problem = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
      trials.push({ ...trial, problem, ageHours: null, sampled: 0, damaged: [], flipFound: false, destroyedKeys: [] });
    }
  }
  return trials;
}

/** Tells which keys of a ring are here no more. */
export async function destroyedKeys(custody: Pick<Custody, 'names'>): Promise<(ring: BackupRing) => readonly string[]> {
  const held = new Set((await custody.names()).map((name) => `secrets/${name}.key`));
  return (ring) => Object.keys(ring.custody).filter((path) => path.startsWith('secrets/') && !held.has(path));
}

function sample<T>(items: readonly T[], random: Random): readonly T[] {
  const left = [...items];
  const taken: T[] = [];
  while (left.length > 0 && taken.length < SAMPLE) taken.push(...left.splice(at(random, left.length), 1));
  return taken;
}

async function damagedOf(
  objects: Objects,
  wanted: readonly { readonly key: string; readonly size: number; readonly digest: string }[],
): Promise<readonly string[]> {
  const damaged: string[] = [];
  for (const { key, size, digest } of wanted) {
    const isThere = (await objects.size(key)) === size;
    if (!isThere || (await readHashed(objects, key, size)).digest !== digest) damaged.push(key);
  }
  return damaged;
}

/** Whether one flipped bit of the ring, in a copy in memory, is found. */
async function findsFlip(objects: Objects, open: OpenEnvelope, random: Random): Promise<boolean> {
  const bytes = (await objects.read(RING_KEY)).slice();
  bytes[at(random, bytes.length)]! ^= 1 << at(random, 8);
  try {
    (await decodeDocument<BackupRing>('ring', bytes)).verify(open);
    return false;
  } catch {
    return true;
  }
}

/** A place within a length; that some come a little more often does not matter here. */
function at(random: Random, length: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % length;
}
