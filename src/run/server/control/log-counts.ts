import { isByProber } from '#trust/audit/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import type { PeriodCounts } from './period-counts.ts';

export interface LogCountsParts {
  readonly counts: PeriodCounts;
  /** The entries of the log from an index on, up to the newest. */
  readonly entries: (from: number) => AsyncIterable<PlacedEntry>;
}

/**
 * Entries of the log counted by hour, action and outcome, for the view `_log_counts`, but for those of the prober: read from the log itself, so that
 * whoever wrote them they are counted once, also over restarts.
 */
export class LogCounts {
  readonly #parts: LogCountsParts;
  /** Index of the first entry that is not counted yet; null before what was saved is known. */
  #next: number | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: LogCountsParts) {
    this.#parts = parts;
  }

  /** Rows of hour, action, outcome and count. */
  async rows(): Promise<readonly (readonly [number, string, string, number])[]> {
    await this.#catchUp();
    const all = await this.#parts.counts.all();
    return all.map(({ start, words: [action = '', outcome = ''], count }) => [start, action, outcome, count] as const);
  }

  /** Counts what is new and keeps the counts. */
  async save(): Promise<void> {
    await this.#catchUp();
    await this.#parts.counts.save(this.#next ?? 0);
  }

  /** One at a time: two would count the same entries. */
  #catchUp(): Promise<void> {
    const step = (): Promise<void> => this.#count();
    this.#turn = this.#turn.then(step, step);
    return this.#turn;
  }

  async #count(): Promise<void> {
    const { counts, entries } = this.#parts;
    this.#next ??= await counts.load();
    for await (const { index, time, event } of entries(this.#next)) {
      // People see what happened here; what the platform tries itself with is in the log alone.
      if (!isByProber(event)) counts.add(time, [event.action, event.outcome], 1);
      this.#next = index + 1;
    }
  }
}
