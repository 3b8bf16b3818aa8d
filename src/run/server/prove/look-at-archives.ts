import type { ArchiveTrial } from '#assure/controls/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { problemOf } from '../api/problem.ts';
import { placeOf, readHashed, SEGMENT_PREFIX } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';

type Stored = Pick<Segment, 'id' | 'objectKey' | 'size' | 'digest'>;

export interface LookAtArchivesParts {
  /** Segments that queries see, and all whose objects may still lie somewhere, as of now. */
  readonly active: () => Promise<readonly Stored[]>;
  readonly stored: () => Promise<readonly Stored[]>;
  /** Keys of objects that wait here to be carried. */
  readonly waiting: () => AsyncIterable<string>;
  /** @throws {StorageError} STORAGE_UNAVAILABLE */
  readonly open: (place: string) => Promise<Objects>;
  /** Whether this platform alone changes what lies there: else there may be what it does not know. */
  readonly isOurs: (place: string) => boolean;
}

/** Segments that are read whole of each place, the smallest ones: a bucket charges for what is read. */
const SAMPLE = 4;
/** Bytes that are read of each place at most. */
const MOST_BYTES = 268_435_456;
/** Bytes that are asked for at a time. */
const STEP = 16_777_216;

/** Looks at each place that segments are archived in: whether a sample is what was sealed, and whether what went is gone. */
export async function lookAtArchives(parts: LookAtArchivesParts): Promise<readonly ArchiveTrial[]> {
  const [active, before] = [await parts.active(), await parts.stored()];
  const waiting = new Set(await Array.fromAsync(parts.waiting()));
  const places = [...new Set(before.flatMap(({ objectKey }) => placeOf(objectKey)?.place ?? []))].sort();
  return Promise.all(
    places.map(async (place): Promise<ArchiveTrial> => {
      try {
        const objects = await parts.open(place);
        const found = await Array.fromAsync(objects.list(SEGMENT_PREFIX));
        // What was replaced meanwhile is known by either.
        const known = new Set(
          [...before, ...(await parts.stored())].flatMap(({ objectKey }) => keyIn(place, objectKey)),
        );
        const lying = active.filter(({ objectKey }) => placeOf(objectKey)?.place === place && !waiting.has(objectKey));
        return {
          place,
          problem: null,
          ...(await sampled(lying, new Set(found), objects)),
          leftOver: parts.isOurs(place) ? found.filter((key) => !known.has(key)) : [],
        };
      } catch (error) {
        return { place, problem: problemOf(error).code, sampled: 0, damaged: [], leftOver: [] };
      }
    }),
  );
}

function keyIn(place: string, objectKey: string): readonly string[] {
  const placed = placeOf(objectKey);
  return placed?.place === place ? [placed.key] : [];
}

/** All have to be there; some are read. */
async function sampled(
  lying: readonly Stored[],
  found: ReadonlySet<string>,
  objects: Objects,
): Promise<Pick<ArchiveTrial, 'sampled' | 'damaged'>> {
  const keyOf = ({ objectKey }: Stored): string => placeOf(objectKey)!.key;
  const damaged = new Set(lying.filter((one) => !found.has(keyOf(one))).map(({ id }) => id));
  const there = lying.filter(({ id }) => !damaged.has(id)).toSorted((a, b) => a.size - b.size);
  let bytes = 0;
  const read = there.slice(0, SAMPLE).filter(({ size }) => (bytes += size) <= MOST_BYTES);
  for (const one of read) {
    const isWhole =
      (await objects.size(keyOf(one))) === one.size &&
      (await readHashed(objects, keyOf(one), one.size, STEP)).digest === one.digest;
    if (!isWhole) damaged.add(one.id);
  }
  return { sampled: read.length, damaged: [...damaged] };
}
