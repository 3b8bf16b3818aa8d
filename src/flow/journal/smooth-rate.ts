/** What comes a second, in the mean over about so long. */
export class SmoothRate {
  readonly #overMs: number;
  #perSecond: number | null = null;

  constructor(overMs: number) {
    this.#overMs = overMs;
  }

  /** Null before anything was noted. */
  get perSecond(): number | null {
    return this.#perSecond;
  }

  /** Takes what came in a time; what came longer ago counts the less the longer that was. */
  note(count: number, tookMs: number): void {
    if (tookMs <= 0) return;
    const now = (count / tookMs) * 1_000;
    const before = this.#perSecond ?? now;
    this.#perSecond = now + (before - now) * Math.exp(-tookMs / this.#overMs);
  }
}
