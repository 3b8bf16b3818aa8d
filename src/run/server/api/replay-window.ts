/** Nonces that are remembered at once; each lasts some minutes. */
const MOST = 100_000;

/**
 * Remembers what was used once until it would be too old anyway. What is full takes nothing more: forgetting early would
 * let a replay through.
 */
export class ReplayWindow {
  readonly #used = new Map<string, number>();
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  /**
   * @param until epoch seconds from which on the same would be refused as too old
   * @param now epoch seconds
   * @returns whether it is used for the first time; `full` where that cannot be remembered
   */
  use(nonce: string, until: number, now: number): 'first' | 'again' | 'full' {
    if ((this.#used.get(nonce) ?? 0) > now) return 'again';
    if (this.#used.size >= this.#most) this.#forget(now);
    if (this.#used.size >= this.#most) return 'full';
    this.#used.delete(nonce);
    this.#used.set(nonce, until);
    return 'first';
  }

  #forget(now: number): void {
    for (const [nonce, until] of this.#used) if (until <= now) this.#used.delete(nonce);
  }
}
