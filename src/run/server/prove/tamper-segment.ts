import type { AeadKey } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import type { TamperOutcome } from '#assure/controls/index.ts';
import { MemorySink, openSegment } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';

/** Attempts spread evenly over a segment, besides its two ends. */
const PLACES = 24;

/**
 * Opens copies of a segment in memory, each with one bit flipped elsewhere, with its real keys through the code that
 * queries use. The object itself is only read.
 */
export async function tamperWith(
  objects: Objects,
  segment: Segment,
  keys: ReadonlyMap<string, AeadKey>,
): Promise<TamperOutcome> {
  const columns = segment.columns.map(({ name }) => name);
  const attempt = async (copy: Objects): Promise<string | null> => {
    try {
      await openSegment(copy, segment, columns, keys, new MemorySink());
      return null;
    } catch (error) {
      return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    }
  };
  const reasons = new Set<string>();
  let unnoticed = 0;
  const places = placesIn(segment.size);
  for (const [i, place] of places.entries()) {
    const reason = await attempt(new AlteredObjects(objects, segment.objectKey, place, 1 << (i % 8)));
    if (reason === null) unnoticed += 1;
    else reasons.add(reason);
  }
  return {
    segment: segment.id,
    opens: (await attempt(objects)) === null,
    tried: places.length,
    unnoticed,
    reasons: [...reasons].sort(),
  };
}

/** Offsets to try: magic, first page, footer and its length, and a comb over all between. */
function placesIn(size: number): readonly number[] {
  const ends = [0, 5, 20, 60, size - 60, size - 20, size - 7, size - 2];
  const comb = Array.from({ length: PLACES }, (_, i) => Math.floor(((i + 0.5) * size) / PLACES));
  return [...new Set([...ends, ...comb])].filter((place) => place >= 0 && place < size).sort((a, b) => a - b);
}

/** Objects of which one shows one bit flipped, whatever range of it is read. */
export class AlteredObjects implements Objects {
  readonly #objects: Objects;
  readonly #key: string;
  readonly #place: number;
  readonly #bit: number;

  constructor(objects: Objects, key: string, place: number, bit: number) {
    this.#objects = objects;
    this.#key = key;
    this.#place = place;
    this.#bit = bit;
  }

  async read(key: string, start = 0, end?: number): Promise<Uint8Array> {
    const bytes = await this.#objects.read(key, start, end);
    const at = this.#place - start;
    if (key !== this.#key || at < 0 || at >= bytes.length) return bytes;
    const copy = bytes.slice();
    copy[at]! ^= this.#bit;
    return copy;
  }

  size(key: string): Promise<number | null> {
    return this.#objects.size(key);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#objects.list(prefix);
  }

  free(): Promise<number> {
    return this.#objects.free();
  }

  put(): Promise<never> {
    return Promise.reject(readOnly());
  }

  replace(): Promise<never> {
    return Promise.reject(readOnly());
  }

  delete(): Promise<never> {
    return Promise.reject(readOnly());
  }
}

function readOnly(): TypeError {
  return new TypeError('a copy for a probe is only read');
}
