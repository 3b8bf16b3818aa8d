import { PROBE_DEVICE } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import type { DeviceEntry } from '../ports.ts';
import type { ConnectionSummary, Manner } from './connection-summary.ts';
import { DeviceTally } from './device-tally.ts';

const SECOND = 1_000_000;
/** A device that sends is told of once in this time. */
export const CONNECTION_PERIOD_MICROS = 300 * SECOND;
/** One that has connected in another manner than before sooner, with what it sent in this time. */
const NEWS_MICROS = 10 * SECOND;
/** Rows that a device can have before their time within a period, by changing its manner. */
const MOST_EARLY = 8;
/** A device that was not heard of for so long is forgotten: its next connection begins anew. */
const FORGOTTEN_MICROS = 86_400 * SECOND;

export interface ConnectionBookParts {
  readonly clock: Pick<Clock, 'now'>;
  /** Whether a name from outside is a stream of the template. */
  readonly isStream: (name: string) => boolean;
  /** Is given what a device did in a period. */
  readonly told: (summary: ConnectionSummary) => void;
}

/**
 * How the devices of one worker connect and send, summed up by device and period. One tally for each device that was
 * heard of within a day, so there are no more of them than are in the inventory.
 */
export class ConnectionBook {
  readonly #parts: ConnectionBookParts;
  readonly #tallies = new Map<number, DeviceTally>();

  constructor(parts: ConnectionBookParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#tallies.size;
  }

  /**
   * A device has opened a connection.
   *
   * @returns where its messages and its end are counted
   */
  began(device: DeviceEntry, manner: Manner): DeviceTally {
    const now = this.#parts.clock.now();
    const tally = this.#of(device);
    const isNews = !isSame(tally.manner, manner);
    // What it did in another manner is told as that, unless it changes all the time.
    if (isNews && !tally.isEmpty && tally.early < MOST_EARLY) {
      tally.early += 1;
      this.#tell(tally, now);
    }
    // Or a stranger who connects and at once resumes that session would have its stack told of nowhere.
    const stack = manner.stack ?? (isNews || tally.isEmpty ? null : (tally.manner?.stack ?? null));
    tally.began({ ...manner, stack }, now);
    if (isNews) tally.due = Math.min(tally.due, now + NEWS_MICROS);
    return tally;
  }

  ended(tally: DeviceTally, how: 'goodbye' | 'lost' | 'cut'): void {
    const now = this.#parts.clock.now();
    tally.ended(how, now);
    // The prober's are told one by one: it has no time to wait.
    if (tally.device.type === PROBE_DEVICE) this.#tell(tally, now);
  }

  will(device: DeviceEntry): void {
    this.#of(device).will(this.#parts.clock.now());
  }

  /** Tells of whom it is time to: called about once a second. */
  sweep(): void {
    const now = this.#parts.clock.now();
    for (const [index, tally] of this.#tallies) {
      if (tally.isEmpty) {
        if (tally.open === 0 && now - tally.heard > FORGOTTEN_MICROS) this.#tallies.delete(index);
        continue;
      }
      if (tally.due === Infinity) tally.due = now + CONNECTION_PERIOD_MICROS;
      if (now < tally.due) continue;
      tally.early = 0;
      this.#tell(tally, now);
    }
  }

  /** Tells of all, as before an end. */
  flush(): void {
    const now = this.#parts.clock.now();
    for (const tally of this.#tallies.values()) if (!tally.isEmpty) this.#tell(tally, now);
  }

  #tell(tally: DeviceTally, now: number): void {
    this.#parts.told(tally.take(now));
  }

  #of(device: DeviceEntry): DeviceTally {
    let tally = this.#tallies.get(device.index);
    // An index may have gone to another device.
    if (tally?.device.name !== device.name) {
      tally = new DeviceTally(device, this.#parts.isStream);
      this.#tallies.set(device.index, tally);
    }
    return tally;
  }
}

function isSame(a: Manner | null, b: Manner): boolean {
  return (
    a !== null &&
    a.network === b.network &&
    a.protocol === b.protocol &&
    a.tls === b.tls &&
    // A session that was resumed says nothing of its stack.
    (a.stack === b.stack || a.stack === null || b.stack === null) &&
    a.keepAlive === b.keepAlive &&
    a.clean === b.clean &&
    a.hasWill === b.hasWill
  );
}
