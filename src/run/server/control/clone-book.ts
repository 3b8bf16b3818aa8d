import { PROBE_DEVICE } from '#base/core/index.ts';
import type { AuditSink, Log } from '#base/core/index.ts';
import { addressPrefix } from '#flow/gateway/index.ts';
import type { CloneEvent } from '#flow/gateway/index.ts';
import type { KeyTwin } from '#trust/identity/index.ts';

/** Rows that are kept for the view; the oldest go first. */
const MOST_ROWS = 10_000;

type CloneRow = readonly [time: number, device: string, serial: string, why: string, cut: number];

/** Identities that were in use twice: each in the log, and counted for the view `_clones`. */
export class CloneBook {
  readonly #audit: AuditSink;
  readonly #log: Log;
  readonly #rows: CloneRow[] = [];

  constructor(audit: AuditSink, log: Log) {
    this.#audit = audit;
    this.#log = log;
  }

  /** @param now epoch microseconds */
  async note({ device, serial, why, addresses, cut, shut }: CloneEvent, now: number): Promise<void> {
    this.#keep([now, device, serial, why, cut.length]);
    const [older, newer] = addresses.map((address) => addressPrefix(address));
    this.#log.warn({ device, serial, why }, 'one identity is in use twice');
    try {
      await this.#audit.append({
        actor: 'weir:gateway',
        action: 'clone-alert',
        resource: `device:${device}`,
        outcome: cut.length + shut.length === 0 ? 'allowed' : 'denied',
        reason: why,
        detail: { serial, older: older ?? '', newer: newer ?? '', cut: cut.length },
      });
    } catch (error) {
      this.#log.warn({ error: (error as Error).message }, 'a clone could not be logged');
    }
  }

  /** A key that turned up under another name, which is in the log already. @param now epoch microseconds */
  noteKey({ device, holder }: KeyTwin, now: number): void {
    this.#keep([now, device, '', 'key', 0]);
    this.#log.warn({ device, holder: holder.name }, 'one key is under two names');
  }

  /** Rows of time, device, serial, why, and how many connections were cut. */
  rows(): readonly CloneRow[] {
    return this.#rows;
  }

  #keep(row: CloneRow): void {
    // The platform is two with one identity to try itself: the log has it, people are not shown it.
    if (row[1].startsWith(PROBE_DEVICE)) return;
    this.#rows.push(row);
    if (this.#rows.length > MOST_ROWS) this.#rows.shift();
  }
}
