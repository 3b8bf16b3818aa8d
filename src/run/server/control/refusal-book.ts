import type { AuditSink, Log } from '#base/core/index.ts';
import type { PeriodCounts } from './period-counts.ts';

/** Refused readings of one device and stream for one reason, since the last report. */
export interface RefusedReadings {
  readonly device: string;
  readonly stream: string;
  readonly reason: string;
  readonly count: number;
}

/**
 * Counts of refused readings: by minute, stream, device and reason for the view `_refusals`, and summed up by stream
 * and reason for the log.
 */
export class RefusalBook {
  readonly #counts: PeriodCounts;
  readonly #audit: AuditSink;
  readonly #log: Log;

  constructor(counts: PeriodCounts, audit: AuditSink, log: Log) {
    this.#counts = counts;
    this.#audit = audit;
    this.#log = log;
  }

  /** @param now epoch microseconds */
  async note(refused: readonly RefusedReadings[], now: number): Promise<void> {
    const sums = new Map<string, { stream: string; reason: string; count: number; devices: number }>();
    for (const { device, stream, reason, count } of refused) {
      this.#counts.add(now, [stream, device, reason], count);
      const sum = sums.get(`${stream} ${reason}`) ?? { stream, reason, count: 0, devices: 0 };
      sum.count += count;
      sum.devices += 1;
      sums.set(`${stream} ${reason}`, sum);
    }
    for (const { stream, reason, count, devices } of sums.values()) {
      try {
        await this.#audit.append({
          actor: 'weir:gateway',
          action: 'refuse-readings',
          resource: `stream:${stream === '' ? '-' : stream}`,
          outcome: 'denied',
          reason,
          detail: { count, devices },
        });
      } catch (error) {
        this.#log.warn({ error: (error as Error).message }, 'refused readings could not be logged');
      }
    }
  }

  /** Rows of minute, stream, device, reason and count; null where a device or stream was not known. */
  async rows(): Promise<readonly (readonly [number, string | null, string | null, string, number])[]> {
    const all = await this.#counts.all();
    return all.map(({ start, words: [stream = '', device = '', reason = ''], count }) => {
      return [start, stream === '' ? null : stream, device === '' ? null : device, reason, count] as const;
    });
  }

  /** Keeps the counts. */
  save(): Promise<void> {
    return this.#counts.save(0);
  }
}
