import type { ServerResponse } from 'node:http';

/** How long a caller that was told to wait, and does not, waits for its answer. */
const AFTER_MS = 200;
/** Such answers to one caller come no closer together than that, on however many connections it asks. */
const EVERY_MS = 10;

/**
 * Answers that come late, and one by one for each caller: who goes on all the same sends no more than so many requests in
 * a second, and not all of its connections at one moment.
 */
export class LateAnswers {
  readonly #nowMs: () => number;
  /** When the last answer to a caller is due. */
  readonly #last = new Map<string, number>();

  /** @param nowMs monotonic milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Callers that wait for an answer. */
  get size(): number {
    return this.#last.size;
  }

  /** @param answer is called unless the caller leaves before */
  give(caller: string, response: Pick<ServerResponse, 'once'>, answer: () => void): void {
    const now = this.#nowMs();
    const due = Math.max(now + AFTER_MS, (this.#last.get(caller) ?? 0) + EVERY_MS);
    this.#last.set(caller, due);
    let left = false;
    setTimeout(() => {
      if (this.#last.get(caller) === due) this.#last.delete(caller);
      if (!left) answer();
    }, due - now);
    response.once('close', () => (left = true));
  }
}
