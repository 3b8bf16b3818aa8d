import type { AuditSink, Log } from '#base/core/index.ts';
import { addressPrefix } from '#flow/gateway/index.ts';
import type { CloneEvent } from '#flow/gateway/index.ts';

/** Rows that are kept for the view; the oldest go first. */
const MOST_ROWS = 10_000;

/** Certificates that were in use twice: each in the log, and counted for the view `_clones`. */
export class CloneBook {
  readonly #audit: AuditSink;
  readonly #log: Log;
  readonly #rows: (readonly [time: number, device: string, serial: string, why: string, cut: number])[] = [];

  constructor(audit: AuditSink, log: Log) {
    this.#audit = audit;
    this.#log = log;
  }

  /** @param now epoch microseconds */
  async note({ device, serial, why, addresses, cut }: CloneEvent, now: number): Promise<void> {
    this.#rows.push([now, device, serial, why, cut.length]);
    if (this.#rows.length > MOST_ROWS) this.#rows.shift();
    const [older, newer] = addresses.map((address) => addressPrefix(address));
    this.#log.warn({ device, serial, why }, 'one certificate is in use twice');
    try {
      await this.#audit.append({
        actor: 'weir:gateway',
        action: 'clone-alert',
        resource: `device:${device}`,
        outcome: cut.length === 0 ? 'allowed' : 'denied',
        reason: why,
        detail: { serial, older: older ?? '', newer: newer ?? '', cut: cut.length },
      });
    } catch (error) {
      this.#log.warn({ error: (error as Error).message }, 'a clone could not be logged');
    }
  }

  /** Rows of time, device, serial, why, and how many connections were cut. */
  rows(): readonly (readonly [number, string, string, string, number])[] {
    return this.#rows;
  }
}
