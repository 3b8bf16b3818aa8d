import type { JournalPosition } from './ports.ts';
import { SmoothRate } from './smooth-rate.ts';

interface Commit {
  readonly file: string;
  offset: number;
  rows: number;
  readonly atMs: number;
}

/** Groups that are told apart; of more the newest are taken together. */
const MOST_COMMITS = 4_096;
/** Files, of all writers, in which it is known where the reader is. */
const MOST_FILES = 64;
const RATE_OVER_MS = 500;

/**
 * How far a reader is behind a writer: how long ago what it has not come to became durable, and how much it takes a second.
 * Times are monotonic milliseconds.
 */
export class ReaderLag {
  readonly #waiting: Commit[] = [];
  /** Where the reader is by file, the one that it came to last last. */
  readonly #passed = new Map<string, number>();
  readonly #rate = new SmoothRate(RATE_OVER_MS);
  #taken = 0;
  #sinceMs: number | null = null;

  /** A group of so many rows became durable. */
  committed({ file, offset }: JournalPosition, rows: number, nowMs: number): void {
    // A writer may hear of it later than the reader.
    if ((this.#passed.get(file) ?? 0) >= offset) return;
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.file === file && this.#waiting.length >= MOST_COMMITS) {
      last.offset = offset;
      last.rows += rows;
      return;
    }
    // What is taken while nothing waits says nothing of how much could be.
    if (last === undefined) this.#sinceMs = nowMs;
    this.#waiting.push({ file, offset, rows, atMs: nowMs });
  }

  /** The reader has come so far, in files of this writer and of others. */
  passed(offsets: ReadonlyMap<string, number>, nowMs: number): void {
    // Files are read one after the other: who is in a later one has passed those before.
    const last = this.#waiting.findLastIndex(({ file, offset }) => (offsets.get(file) ?? 0) >= offset);
    for (const { rows } of this.#waiting.splice(0, last + 1)) this.#taken += rows;
    this.#remember(offsets);
    this.#measure(nowMs);
  }

  /** For how long the oldest that the reader has not come to has been durable; 0 where there is none. */
  behindMs(nowMs: number): number {
    const oldest = this.#waiting[0];
    return oldest === undefined ? 0 : Math.max(0, nowMs - oldest.atMs);
  }

  /** Rows that the reader takes a second while some wait for it. */
  get takenPerSecond(): number {
    return this.#rate.perSecond ?? 0;
  }

  #remember(offsets: ReadonlyMap<string, number>): void {
    for (const [file, offset] of offsets) {
      this.#passed.delete(file);
      this.#passed.set(file, offset);
    }
    for (const file of this.#passed.keys()) {
      if (this.#passed.size <= MOST_FILES) return;
      this.#passed.delete(file);
    }
  }

  #measure(nowMs: number): void {
    if (this.#sinceMs !== null) this.#rate.note(this.#taken, nowMs - this.#sinceMs);
    this.#taken = 0;
    this.#sinceMs = this.#waiting.length === 0 ? null : nowMs;
  }
}
