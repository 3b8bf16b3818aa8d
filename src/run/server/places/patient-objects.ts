import { bytes } from '#base/core/index.ts';
import type { ByteCount } from '#base/core/index.ts';
import { StorageError } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';

/** How long is waited for an answer of a place. */
export interface Patience {
  /** For anything, in milliseconds. */
  readonly ms: number;
  /** For what is carried, besides: bytes in a second that a place has to manage. */
  readonly rate: ByteCount;
  /** Steps that are under way at once: one that hangs in a file system takes one of the process's four threads with it. */
  readonly atOnce: number;
}

export const PATIENCE: Patience = { ms: 15_000, rate: bytes(262_144), atOnce: 2 };
/** Bytes that are waited for where nobody says how many come. */
const UNKNOWN_BYTES = 16_777_216;

/**
 * What is under way in one place. Nothing waits for longer than its patience, or that of what runs before it, and where
 * something has not come back since, nothing else is begun: a place that hangs costs a few threads and one wait, however
 * often it is tried.
 */
export class PlaceTurns {
  readonly #patience: Patience;
  #running = 0;
  #overdue = 0;
  readonly #queue: (() => void)[] = [];

  constructor(patience: Patience = PATIENCE) {
    this.#patience = patience;
  }

  /**
   * Takes a step once there is room for it.
   *
   * @param size bytes that it carries
   * @throws {StorageError} STORAGE_UNAVAILABLE where it does not come back in time; it may yet have its effect
   */
  async run<T>(step: () => Promise<T>, size = 0): Promise<T> {
    const { ms, rate, atOnce } = this.#patience;
    const patience = ms + (size / rate) * 1_000;
    while (this.#overdue === 0 && this.#running >= atOnce)
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    if (this.#overdue > 0) throw silent(patience);
    this.#running += 1;
    const late = Promise.withResolvers<never>();
    let isOverdue = false;
    const timer = setTimeout(() => {
      isOverdue = true;
      this.#overdue += 1;
      late.reject(silent(patience));
      this.#wake();
    }, patience);
    const work = step().finally(() => {
      clearTimeout(timer);
      this.#running -= 1;
      if (isOverdue) this.#overdue -= 1;
      this.#wake();
    });
    return Promise.race([work, late.promise]);
  }

  #wake(): void {
    for (const next of this.#queue.splice(0)) next();
  }
}

/** Objects of a place that may hang. */
export class PatientObjects implements Objects {
  readonly #objects: Objects;
  readonly #turns: PlaceTurns;

  constructor(objects: Objects, turns: PlaceTurns) {
    this.#objects = objects;
    this.#turns = turns;
  }

  put(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    return this.#turns.run(() => this.#objects.put(key, data), sizeOf(data));
  }

  replace(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    return this.#turns.run(() => this.#objects.replace(key, data), sizeOf(data));
  }

  size(key: string): Promise<number | null> {
    return this.#turns.run(() => this.#objects.size(key));
  }

  read(key: string, start = 0, end?: number): Promise<Uint8Array> {
    const size = end === undefined ? UNKNOWN_BYTES : end - start;
    return this.#turns.run(() => this.#objects.read(key, start, end), size);
  }

  async *list(prefix: string): AsyncIterable<string> {
    const keys = this.#objects.list(prefix)[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#turns.run(() => keys.next());
      if (done === true) return;
      yield value;
    }
  }

  delete(key: string): Promise<void> {
    return this.#turns.run(() => this.#objects.delete(key));
  }

  free(): Promise<number> {
    return this.#turns.run(() => this.#objects.free());
  }
}

function sizeOf(data: Uint8Array | readonly Uint8Array[]): number {
  return data instanceof Uint8Array ? data.length : data.reduce((sum, part) => sum + part.length, 0);
}

function silent(ms: number): StorageError {
  return new StorageError('STORAGE_UNAVAILABLE', `it did not answer within ${Math.ceil(ms / 1_000)} s`);
}
