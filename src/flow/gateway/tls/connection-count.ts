/** Counts over all workers in one word of shared memory. */
class SharedCount {
  readonly #words: Int32Array;
  readonly #word: number;

  constructor(memory: SharedArrayBuffer, word: number) {
    this.#words = new Int32Array(memory);
    this.#word = word;
  }

  /** Counts one more; false, and not counted, where there are `limit` already. */
  take(limit: number): boolean {
    if (Atomics.add(this.#words, this.#word, 1) < limit) return true;
    this.give();
    return false;
  }

  give(): void {
    Atomics.sub(this.#words, this.#word, 1);
  }

  get open(): number {
    return Atomics.load(this.#words, this.#word);
  }
}

/** Connections over all workers. */
export class ConnectionCount extends SharedCount {
  /** Those of them whose other end is not known by a certificate. */
  readonly strangers: Pick<SharedCount, 'take' | 'give'>;

  /** @param memory at least 8 bytes, zero at the start, shared between the workers */
  constructor(memory: SharedArrayBuffer) {
    super(memory, 0);
    this.strangers = new SharedCount(memory, 1);
  }
}
