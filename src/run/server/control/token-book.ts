import type { AuditSink, Log } from '#base/core/index.ts';
import type { PeriodCounts } from './period-counts.ts';

const HOUR = 3_600_000_000;

export interface TokenBookParts {
  readonly counts: PeriodCounts;
  readonly audit: AuditSink;
  readonly log: Pick<Log, 'warn'>;
  /** New values that one device may bring in an hour before that is an event. */
  readonly most: () => number;
}

/** New values of a device within an hour. */
interface Hour {
  start: number;
  made: number;
  told: boolean;
}

/**
 * How many values that were not known each device brought into tokenised streams. Whoever brings in values of their own
 * choice and reads their tokens makes a dictionary of them: that takes many new values, so many are an event.
 */
export class TokenBook {
  readonly #parts: TokenBookParts;
  /** By device; no more of them than the inventory has. */
  readonly #hours = new Map<string, Hour>();

  constructor(parts: TokenBookParts) {
    this.#parts = parts;
  }

  /**
   * Counts what a worker reports, and logs `token-alert` once a device and hour where it is too much.
   *
   * @param now epoch microseconds
   */
  async note(made: readonly (readonly [device: string, values: number])[], now: number): Promise<void> {
    const { counts, log, most } = this.#parts;
    for (const [device, values] of made) {
      counts.add(now, [device], values);
      const hour = this.#hourOf(device, now);
      hour.made += values;
      if (hour.told || hour.made <= most()) continue;
      hour.told = true;
      log.warn({ device, values: hour.made }, 'a device brings many new values into tokenised streams');
      await this.#tell(device, hour.made);
    }
  }

  /** New values that a device brought in the hours that began after a time in epoch microseconds. */
  async since(device: string, from: number): Promise<number> {
    const all = await this.#parts.counts.all();
    return all.reduce((sum, { start, words, count }) => (start > from && words[0] === device ? sum + count : sum), 0);
  }

  /** Keeps the counts. */
  save(): Promise<void> {
    return this.#parts.counts.save(0);
  }

  #hourOf(device: string, now: number): Hour {
    const start = Math.floor(now / HOUR) * HOUR;
    let hour = this.#hours.get(device);
    if (hour?.start !== start) this.#hours.set(device, (hour = { start, made: 0, told: false }));
    return hour;
  }

  async #tell(device: string, values: number): Promise<void> {
    const { audit, log, most } = this.#parts;
    try {
      await audit.append({
        actor: 'weir:gateway',
        action: 'token-alert',
        resource: `device:${device}`,
        outcome: 'allowed',
        reason: 'many-new-values',
        detail: { values, most: most() },
      });
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'many new values of a device could not be logged');
    }
  }
}
