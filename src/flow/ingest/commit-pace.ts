/** How long a group waits for its turn at most: whoever sends is slowed, and never stopped. */
const MOST_WAIT_MS = 250;
/** Readings a second that may be acknowledged however things are: those of a small fleet do not wait. */
const LEAST_PER_SECOND = 1_000;
/** What was not written while it could have been may be made up for, as much as comes in so long. */
const CREDIT_MS = 20;

/** When the next commit group may be cut, where no more may be acknowledged than can be seen soon. */
export class CommitPace {
  readonly #nowMs: () => number;
  #perSecond: number | null = null;
  #nextMs = -Infinity;
  #waitedMs = 0;

  /** @param nowMs monotonic milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Readings a second that may be acknowledged; null for any. */
  get perSecond(): number | null {
    return this.#perSecond;
  }

  set perSecond(rate: number | null) {
    this.#perSecond = rate === null ? null : Math.max(rate, LEAST_PER_SECOND);
    if (rate === null) this.#nextMs = -Infinity;
  }

  /** For how long groups have waited since the start, in milliseconds. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** How long the next group with readings is to wait, in milliseconds. */
  waitMs(): number {
    const wait = Math.min(Math.max(0, this.#nextMs - this.#nowMs()), MOST_WAIT_MS);
    this.#waitedMs += wait;
    return wait;
  }

  /** Notes that a group of so many readings was cut. */
  cut(rows: number): void {
    if (this.#perSecond === null) return;
    const now = this.#nowMs();
    const tookMs = (rows / this.#perSecond) * 1_000;
    this.#nextMs = Math.min(Math.max(this.#nextMs, now - CREDIT_MS) + tookMs, now + MOST_WAIT_MS);
  }
}
