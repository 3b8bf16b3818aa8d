import type { Clock, Millis } from '#base/core/index.ts';

const MOST = 65_536;
/** Of these a single key holds a quarter at most, so that one busy client leaves room for the others. */
const SHARE = MOST / 4;

/**
 * Remembers which proofs were used, for as long as one can count. What it cannot remember it does not take.
 *
 * @see RFC 9449 section 11.1
 */
export class ProofMemory {
  readonly #clock: Clock;
  readonly #window: Millis;
  readonly #most: number;
  readonly #share: number;
  /** Key and proof to the monotonic time after which it is forgotten, oldest first. */
  readonly #used = new Map<string, { readonly until: number; readonly key: string }>();
  readonly #held = new Map<string, number>();

  /** @param window from the first to the last moment at which one proof counts */
  constructor(clock: Clock, window: Millis, most: number = MOST, share: number = SHARE) {
    this.#clock = clock;
    this.#window = window;
    this.#most = most;
    this.#share = share;
  }

  /**
   * Takes a proof once.
   *
   * @param key thumbprint of the key that made it, verified before
   */
  use(key: string, proofId: string): 'fresh' | 'replayed' | 'full' {
    this.#forget();
    const place = `${key} ${proofId}`;
    if (this.#used.has(place)) return 'replayed';
    const held = this.#held.get(key) ?? 0;
    if (this.#used.size >= this.#most || held >= this.#share) return 'full';
    this.#used.set(place, { until: this.#clock.monotonicMs() + this.#window, key });
    this.#held.set(key, held + 1);
    return 'fresh';
  }

  #forget(): void {
    const now = this.#clock.monotonicMs();
    for (const [place, { until, key }] of this.#used) {
      if (until > now) return;
      this.#used.delete(place);
      const held = (this.#held.get(key) ?? 1) - 1;
      if (held === 0) this.#held.delete(key);
      else this.#held.set(key, held);
    }
  }
}
