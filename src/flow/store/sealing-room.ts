import { allowedRate, SmoothRate } from '#flow/journal/index.ts';
import type { IntakeLimits } from './journal-intake.ts';

/** The part of a full tail that may wait while readings come as fast as they are sealed. */
const GOAL = 0.75;
/** Of segments as many as are sealed in about so long tell how fast that goes. */
const OVER_MS = 3_000;

/** What waits to be sealed. */
export interface Waiting {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * How many readings a second may come without filling the tail: as many as are sealed, once more wait than half of what may.
 * Times are monotonic milliseconds.
 */
export class SealingRoom {
  readonly #limits: IntakeLimits;
  readonly #segmentRows: number;
  readonly #rate = new SmoothRate(OVER_MS);
  /** Since when a whole segment waits. */
  #dueMs: number | null = null;

  constructor(limits: IntakeLimits, segmentRows: number) {
    this.#limits = limits;
    this.#segmentRows = segmentRows;
  }

  /** A segment of so many rows was sealed and published. */
  sealed(rows: number, tookMs: number): void {
    this.#rate.note(rows, tookMs);
    this.#dueMs = null;
  }

  /** What waits, as a part of what is meant to wait at most. */
  load({ rows, bytes }: Waiting): number {
    return Math.max(rows / this.#limits.pauseRows, bytes / this.#limits.pauseBytes) / GOAL;
  }

  /** Readings a second; null where as many may come as like to. */
  perSecond(waiting: Waiting, nowMs: number): number | null {
    if (waiting.rows < this.#segmentRows) this.#dueMs = null;
    else this.#dueMs ??= nowMs;
    // A segment that takes longer than those before, as when it fails, is not sealed as fast as they were.
    const late = this.#dueMs === null ? Infinity : (this.#segmentRows / (nowMs - this.#dueMs)) * 1_000;
    const sealed = Math.min(this.#rate.perSecond ?? Infinity, late);
    return sealed === Infinity ? null : allowedRate(sealed, this.load(waiting));
  }
}
