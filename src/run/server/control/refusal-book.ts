import type { AuditSink, Log } from '#base/core/index.ts';

/** Refused readings of one device and stream for one reason, since the last report. */
export interface RefusedReadings {
  readonly device: string;
  readonly stream: string;
  readonly reason: string;
  readonly count: number;
}

const MINUTE_US = 60_000_000;
/** Rows that are kept for the view; the oldest go first. */
const MOST_ROWS = 50_000;

/**
 * Counts of refused readings: by minute, stream, device and reason for the view `_refusals`, and summed up by stream
 * and reason for the log.
 */
export class RefusalBook {
  readonly #audit: AuditSink;
  readonly #log: Log;
  readonly #rows = new Map<string, { time: number; stream: string; device: string; reason: string; count: number }>();

  constructor(audit: AuditSink, log: Log) {
    this.#audit = audit;
    this.#log = log;
  }

  /** @param now epoch microseconds */
  async note(refused: readonly RefusedReadings[], now: number): Promise<void> {
    const time = Math.floor(now / MINUTE_US) * MINUTE_US;
    const sums = new Map<string, { stream: string; reason: string; count: number; devices: number }>();
    for (const { device, stream, reason, count } of refused) {
      const key = `${time} ${stream} ${device} ${reason}`;
      const row = this.#rows.get(key);
      if (row === undefined) this.#rows.set(key, { time, stream, device, reason, count });
      else row.count += count;
      const sum = sums.get(`${stream} ${reason}`) ?? { stream, reason, count: 0, devices: 0 };
      sum.count += count;
      sum.devices += 1;
      sums.set(`${stream} ${reason}`, sum);
    }
    for (const key of this.#rows.keys()) {
      if (this.#rows.size <= MOST_ROWS) break;
      this.#rows.delete(key);
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
  rows(): readonly (readonly [number, string | null, string | null, string, number])[] {
    return [...this.#rows.values()].map(
      ({ time, stream, device, reason, count }) =>
        [time, stream === '' ? null : stream, device === '' ? null : device, reason, count] as const,
    );
  }
}
