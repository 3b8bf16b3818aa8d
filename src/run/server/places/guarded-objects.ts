import { hasCode } from '#base/core/index.ts';
import type { Objects, StorageError } from '#base/storage/index.ts';

export interface Guard {
  /** What is thrown where something would be changed there; null where it may be. */
  readonly readOnly: StorageError | null;
  /** Whether it is still the place that was opened. */
  readonly isThere: () => Promise<boolean>;
  /** Notes that it failed, and gives the error that says so. */
  readonly fail: (error: unknown) => StorageError;
}

/** What an engine answers where a store cannot be reached, refuses, or is full. */
const FAILURES = ['STORAGE_IO', 'STORAGE_FULL', 'STORAGE_UNAVAILABLE'];

/** Objects of a place: what is not there is missing only where the place itself is there. */
export class GuardedObjects implements Objects {
  readonly #objects: Objects;
  readonly #guard: Guard;

  constructor(objects: Objects, guard: Guard) {
    this.#objects = objects;
    this.#guard = guard;
  }

  put(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    return this.#changing(() => this.#objects.put(key, data));
  }

  replace(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    return this.#changing(() => this.#objects.replace(key, data));
  }

  delete(key: string): Promise<void> {
    return this.#changing(() => this.#objects.delete(key));
  }

  async size(key: string): Promise<number | null> {
    const found = await this.#trying(() => this.#objects.size(key));
    if (found === null) await this.#requireThere();
    return found;
  }

  async read(key: string, start?: number, end?: number): Promise<Uint8Array> {
    try {
      return await this.#trying(() => this.#objects.read(key, start, end));
    } catch (error) {
      if (hasCode(error, 'STORAGE_MISSING')) await this.#requireThere();
      throw error;
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    await this.#requireThere();
    try {
      yield* this.#objects.list(prefix);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  free(): Promise<number> {
    return this.#trying(() => this.#objects.free());
  }

  async #changing<T>(step: () => Promise<T>): Promise<T> {
    const { readOnly } = this.#guard;
    if (readOnly !== null) throw readOnly;
    await this.#requireThere();
    return this.#trying(step);
  }

  /** A folder without what is mounted on it is as empty as a bucket that was made anew. */
  async #requireThere(): Promise<void> {
    if (await this.#trying(() => this.#guard.isThere())) return;
    throw this.#guard.fail(new Error('nothing there says that it is this platform’s any more: is it mounted?'));
  }

  async #trying<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): unknown {
    return FAILURES.some((code) => hasCode(error, code)) ? this.#guard.fail(error) : error;
  }
}
