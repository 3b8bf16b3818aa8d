import { hasCode } from '#base/core/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { readHashed } from '../backup/copy-object.ts';
import { placeOf, PLACES_PREFIX } from './place-key.ts';

/** Opens a place by its name. @throws {StorageError} STORAGE_UNAVAILABLE while it cannot be used */
export type FindPlace = (name: string) => Promise<Objects>;

/** What became of an object that was to be carried: `damaged` here, so that it stays, or `torn` on its way. */
export type Carried = 'carried' | 'gone' | 'damaged' | 'torn';

/** What an object must be. */
interface Whole {
  readonly size: number;
  /** Hex SHA-256. */
  readonly digest: string;
}

/** Bytes that are asked of another place at a time: each request costs more than a read of a file. */
const FAR_STEP = 16_777_216;

/**
 * Objects of the data directory, and behind the keys `places/<name>/…` those of other places.
 *
 * An object of a place is stored here first, under the same key, and carried afterwards: until the place has it, read
 * back and compared, it is read from here. So a place that cannot be reached keeps nobody waiting, and nothing is lost.
 */
export class PlacedObjects implements Objects {
  /** The data directory by itself: what waits to be carried lies there too. */
  readonly local: Objects;
  readonly #find: FindPlace;
  /** Keys that are being carried or removed, and until when: what went is not carried after it. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(local: Objects, find: FindPlace) {
    this.local = local;
    this.#find = find;
  }

  put(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    return this.local.put(key, data);
  }

  replace(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    return this.local.replace(key, data);
  }

  async size(key: string): Promise<number | null> {
    const here = await this.local.size(key);
    const placed = placeOf(key);
    if (here !== null || placed === null) return here;
    return (await this.#find(placed.place)).size(placed.key);
  }

  async read(key: string, start?: number, end?: number): Promise<Uint8Array> {
    const placed = placeOf(key);
    if (placed === null) return this.local.read(key, start, end);
    try {
      return await this.local.read(key, start, end);
    } catch (error) {
      if (!hasCode(error, 'STORAGE_MISSING')) throw error;
    }
    return (await this.#find(placed.place)).read(placed.key, start, end);
  }

  /** Those of a place only where the prefix names it; shorter ones list what lies in the data directory. */
  async *list(prefix: string): AsyncIterable<string> {
    const placed = prefix.slice(PLACES_PREFIX.length).includes('/') ? placeOf(prefix) : null;
    if (placed === null) return yield* this.local.list(prefix);
    const root = prefix.slice(0, prefix.length - placed.key.length);
    const keys = new Set(await Array.fromAsync(this.local.list(prefix)));
    for await (const key of (await this.#find(placed.place)).list(placed.key)) keys.add(root + key);
    yield* [...keys].sort();
  }

  /** Removes it from its place first: while that cannot be reached it is still known, and tried again. */
  delete(key: string): Promise<void> {
    return this.#alone(key, async () => {
      const placed = placeOf(key);
      if (placed !== null) await (await this.#find(placed.place)).delete(placed.key);
      await this.local.delete(key);
    });
  }

  free(): Promise<number> {
    return this.local.free();
  }

  /** Keys of objects that lie here and belong elsewhere. */
  waiting(): AsyncIterable<string> {
    return this.local.list(PLACES_PREFIX);
  }

  /**
   * Carries an object to its place, looks at it there, and removes the one here. Can be done again after any crash.
   *
   * @param want what it must be; anything else is not carried
   * @throws {StorageError} STORAGE_UNAVAILABLE, STORAGE_FULL
   */
  carry(key: string, want: Whole): Promise<Carried> {
    return this.#alone(key, () => this.#carry(key, want));
  }

  /** Does one thing after the other with an object. */
  #alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#busy.get(key) ?? Promise.resolve()).then(work);
    const over = done.then(
      () => undefined,
      () => undefined,
    );
    this.#busy.set(key, over);
    void over.then(() => this.#busy.get(key) === over && this.#busy.delete(key));
    return done;
  }

  async #carry(key: string, want: Whole): Promise<Carried> {
    const placed = placeOf(key);
    if (placed === null || (await this.local.size(key)) === null) return 'gone';
    const to = await this.#find(placed.place);
    if (!(await isWhole(to, placed.key, want))) {
      const { parts, digest } = await readHashed(this.local, key, want.size);
      if (digest !== want.digest) return 'damaged';
      // Torn or changed there: it goes before anything takes its place.
      if ((await to.size(placed.key)) !== null) await to.delete(placed.key);
      await to.put(placed.key, parts);
      // From here on it is the only one.
      if (!(await isWhole(to, placed.key, want))) return 'torn';
    }
    await this.local.delete(key);
    return 'carried';
  }
}

async function isWhole(objects: Objects, key: string, { size, digest }: Whole): Promise<boolean> {
  if ((await objects.size(key)) !== size) return false;
  return (await readHashed(objects, key, size, FAR_STEP)).digest === digest;
}
