/** Counts connections over all workers in one word of shared memory. */
export class ConnectionCount {
  readonly #word: Int32Array;

  /** @param memory at least 4 bytes, zero at the start, shared between the workers */
  constructor(memory: SharedArrayBuffer) {
    this.#word = new Int32Array(memory, 0, 1);
  }

  /** Counts one more; false, and not counted, where there are `limit` already. */
  take(limit: number): boolean {
    if (Atomics.add(this.#word, 0, 1) < limit) return true;
    Atomics.sub(this.#word, 0, 1);
    return false;
  }

  give(): void {
    Atomics.sub(this.#word, 0, 1);
  }

  get open(): number {
    return Atomics.load(this.#word, 0);
  }
}
