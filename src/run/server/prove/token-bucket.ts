/**
 * Keeps a sender within a rate: what a device must do that wants none of its readings refused.
 *
 * It counts a little slower than the gateway, since the two clocks are not the same.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /**
   * @param perSecond tokens that come back in a second
   * @param burst tokens at most
   * @param now milliseconds of a monotonic clock
   */
  constructor(perSecond: number, burst: number, now: () => number) {
    this.#perMs = (perSecond * 0.9) / 1_000;
    this.#burst = Math.max(1, Math.floor(burst * 0.9));
    this.#now = now;
    this.#tokens = this.#burst;
    this.#at = now();
  }

  /** Takes up to `wanted` tokens, at least one. @returns how many, and how long to wait where there is none */
  take(wanted: number): { readonly taken: number; readonly waitMs: number } {
    this.#refill();
    const taken = Math.min(Math.floor(this.#tokens), wanted);
    if (taken < 1) return { taken: 0, waitMs: Math.ceil((1 - this.#tokens) / this.#perMs) };
    this.#tokens -= taken;
    return { taken, waitMs: 0 };
  }

  /** Notes that everything was used up, as by a flood. */
  empty(): void {
    this.#refill();
    this.#tokens = 0;
  }

  #refill(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
