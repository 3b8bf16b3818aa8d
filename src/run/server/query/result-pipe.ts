/**
 * Carries the parts of a result from where they are made to where they are sent: `push` resolves once the part was
 * taken, so that no more than one waits.
 */
export class ResultPipe implements AsyncIterable<Uint8Array> {
  #waiting: { readonly part: Uint8Array; readonly taken: () => void } | null = null;
  #reader: (() => void) | null = null;
  #ended = false;
  #error: unknown;
  #closed = false;

  /** Hands a part on. Resolves at once where the reader has gone. */
  push(part: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = { part, taken: resolve };
      this.#reader?.();
    });
  }

  /** No part comes any more; with an error the reader hears of it after the last one. */
  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#reader?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      for (;;) {
        const waiting = this.#waiting;
        if (waiting !== null) {
          this.#waiting = null;
          waiting.taken();
          yield waiting.part;
        } else if (this.#ended) {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#reader = resolve;
          });
          this.#reader = null;
        }
      }
    } finally {
      this.#closed = true;
      this.#waiting?.taken();
    }
  }
}
