import { PROBE_DEVICE } from '#base/core/index.ts';
import type { LateAuditSink, Log } from '#base/core/index.ts';
import type { PeriodCounts } from './period-counts.ts';

/** Refused readings of one device and stream for one reason, since the last report. */
export interface RefusedReadings {
  readonly device: string;
  readonly stream: string;
  readonly reason: string;
  readonly count: number;
}

/**
 * Counts of refused readings: by minute, stream, device and reason for the view `_refusals`, but for those of
 * the prober; for the log those of the devices with most of them, and the others summed up by stream and reason.
 */
export class RefusalBook {
  readonly #counts: PeriodCounts;
  readonly #owed: LateAuditSink;
  readonly #log: Log;

  constructor(counts: PeriodCounts, owed: LateAuditSink, log: Log) {
    this.#counts = counts;
    this.#owed = owed;
    this.#log = log;
  }

  /** @param now epoch microseconds */
  async note(refused: readonly RefusedReadings[], now: number): Promise<void> {
    for (const { device, stream, reason, count } of refused) {
      if (!device.startsWith(PROBE_DEVICE)) this.#counts.add(now, [stream, device, reason], count);
    }
    for (const { stream, reason, count, devices, device } of sumsOf(refused)) {
      try {
        await this.#owed.appendLate({
          actor: 'weir:gateway',
          action: 'refuse-readings',
          resource: `stream:${stream === '' ? '-' : stream}`,
          outcome: 'denied',
          reason,
          detail: { count, devices, ...(device === null ? {} : { device }) },
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

/** Devices that a report names for each stream and reason, so that a fleet in trouble does not fill the log. */
const NAMED = 8;

interface Sum {
  readonly stream: string;
  readonly reason: string;
  readonly count: number;
  readonly devices: number;
  /** Null where it is of several, or of none that is known. */
  readonly device: string | null;
}

function sumsOf(refused: readonly RefusedReadings[]): readonly Sum[] {
  const groups = Map.groupBy(refused, ({ stream, reason }) => `${stream} ${reason}`);
  return [...groups.values()].flatMap((group) => {
    const [{ stream, reason }] = group as [RefusedReadings, ...RefusedReadings[]];
    const known = group.filter(({ device }) => device !== '').sort((a, b) => b.count - a.count);
    const named = known.slice(0, NAMED);
    const others = group.filter((one) => !named.includes(one));
    const sums = named.map(({ device, count }): Sum => ({ stream, reason, count, devices: 1, device }));
    if (others.length === 0) return sums;
    const count = others.reduce((sum, one) => sum + one.count, 0);
    return [...sums, { stream, reason, count, devices: others.length, device: null }];
  });
}
