import type { Clock, Random } from '#base/core/index.ts';
import { hmacSha256 } from '#base/crypto/index.ts';

/** How many attempts at once, and how fast they come back. */
export interface AttemptRate {
  readonly burst: number;
  readonly perMinute: number;
}

const BUCKETS = 65_536;

/**
 * Counts attempts by whom they are at or from, in a table whose size never changes: a flood of made-up names can
 * neither fill memory nor push out what is remembered. Two names may share a bucket; which ones, nobody outside can
 * tell, since places follow from a key of this process.
 */
export class AttemptLimit {
  readonly #rate: AttemptRate;
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #spent = new Float64Array(BUCKETS);
  readonly #since = new Float64Array(BUCKETS);

  constructor(rate: AttemptRate, clock: Clock, random: Random) {
    this.#rate = rate;
    this.#clock = clock;
    this.#key = random.bytes(32);
  }

  /** Counts an attempt. False where there were too many: then it is not to be made. */
  take(who: string): boolean {
    const place = this.#place(who);
    const now = this.#clock.monotonicMs();
    const back = ((now - (this.#since[place] ?? 0)) / 60_000) * this.#rate.perMinute;
    const spent = Math.max(0, (this.#spent[place] ?? 0) - back);
    this.#since[place] = now;
    const allowed = spent + 1 <= this.#rate.burst;
    this.#spent[place] = allowed ? spent + 1 : spent;
    return allowed;
  }

  /** Forgets the attempts of somebody who got in. */
  forgive(who: string): void {
    this.#spent[this.#place(who)] = 0;
  }

  #place(who: string): number {
    const code = hmacSha256(this.#key, new TextEncoder().encode(who));
    return ((code[0] ?? 0) << 8) | (code[1] ?? 0);
  }
}
