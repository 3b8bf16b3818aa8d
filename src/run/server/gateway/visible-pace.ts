import type { Clock } from '#base/core/index.ts';
import { CommitPace } from '#flow/ingest/index.ts';
import { allowedRate, lowerRate, ReaderLag } from '#flow/journal/index.ts';
import type { JournalPosition, JournalRecord } from '#flow/journal/index.ts';
import type { StoreProgress } from '#flow/store/index.ts';
import type { Pace } from './contract.ts';

/** How long an acknowledged reading is meant to take to be seen while more come than can be taken; a second is promised. */
const GOAL_MS = 400;
/** What a worker that had nothing to take until now may have of the room for all. */
const LEAST_SHARE = 0.1;

/**
 * Has a worker acknowledge no faster than what it acknowledges can be seen: it knows what it has made durable and when, and
 * hears from the store how much of that is in its tail and how much more has room there.
 */
export class VisiblePace {
  readonly #clock: Clock;
  readonly #lag = new ReaderLag();
  #progress: Pick<StoreProgress, 'takenPerSecond' | 'roomPerSecond'> = { takenPerSecond: 0, roomPerSecond: null };
  /** When groups of readings may be cut. */
  readonly commits: CommitPace;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.commits = new CommitPace(() => clock.monotonicMs());
  }

  /** Records became durable, which end at a position. */
  committed(records: readonly JournalRecord[], position: JournalPosition): void {
    const rows = records.reduce((sum, record) => sum + (record.kind === 'batch' ? record.batch.rows : 0), 0);
    if (rows > 0) this.#lag.committed(position, rows, this.#clock.monotonicMs());
  }

  /** The store has come further. */
  progressed(progress: StoreProgress): void {
    this.#progress = progress;
    this.#lag.passed(progress.offsets, this.#clock.monotonicMs());
    this.look();
  }

  /** Sets the pace by how things are now: what is not heard of grows older too. */
  look(): void {
    const behindMs = this.#lag.behindMs(this.#clock.monotonicMs());
    const byLag = allowedRate(this.#lag.takenPerSecond, behindMs / GOAL_MS);
    this.commits.perSecond = lowerRate(byLag, this.#room());
  }

  get state(): Pace {
    const behindMs = this.#lag.behindMs(this.#clock.monotonicMs());
    return { behindMs, allowedPerSecond: this.commits.perSecond, heldBackMs: this.commits.waitedMs };
  }

  /** Of what sealing has room for the part that is this worker's of what is taken. */
  #room(): number | null {
    const { takenPerSecond, roomPerSecond } = this.#progress;
    if (roomPerSecond === null || takenPerSecond === 0) return roomPerSecond;
    return roomPerSecond * Math.min(1, Math.max(LEAST_SHARE, this.#lag.takenPerSecond / takenPerSecond));
  }
}

/** The pace of several workers together. */
export function joinPaces(paces: readonly Pace[]): Pace {
  const allowed = paces.flatMap(({ allowedPerSecond }) => allowedPerSecond ?? []);
  return {
    behindMs: Math.max(0, ...paces.map(({ behindMs }) => behindMs)),
    allowedPerSecond: allowed.length === 0 ? null : allowed.reduce((sum, one) => sum + one, 0),
    heldBackMs: paces.reduce((sum, { heldBackMs }) => sum + heldBackMs, 0),
  };
}

/** That of a gateway that does not run. */
export const NO_PACE: Pace = joinPaces([]);
