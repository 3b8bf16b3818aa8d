import type { Clock } from '#base/core/index.ts';

/** A live session as it is told apart from others that came with the same certificate. */
export interface Sighting {
  /** Names the connection among all workers. */
  readonly id: string;
  readonly device: string;
  /** Serial number of the certificate. */
  readonly serial: string;
  readonly address: string;
  /** What its TLS stack is known by; null where it is not known, as after a resumption. */
  readonly stack: string | null;
}

/** What the template wants done about a certificate that is in use twice. */
export type CloneAnswer = 'alert' | 'cut-newer' | 'cut-both';

/** One certificate in use by two that cannot be one device. */
export interface CloneEvent {
  readonly device: string;
  readonly serial: string;
  readonly why: 'address' | 'tls';
  readonly addresses: readonly [older: string, newer: string];
  /** Connections to be ended. */
  readonly cut: readonly string[];
}

/** How long two may be there before it counts: a device that moves leaves its old connection behind for a moment. */
const GRACE_MS = 2_000;
/** The same pair of places raises one event in this time. */
const QUIET_MS = 60_000;
const MOST_REMEMBERED = 10_000;

interface Live extends Sighting {
  readonly sinceMs: number;
}

/**
 * Knows which certificates are in use by several connections at once, over all workers, and which of those cannot be
 * one device: different addresses, or different TLS stacks at one. Two client ids at one address with one stack are a
 * device that publishes and subscribes.
 */
export class CloneWatch {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #answer: (device: string) => CloneAnswer;
  readonly #bySerial = new Map<string, Map<string, Live>>();
  readonly #serials = new Map<string, string>();
  /** Serials with more than one connection. */
  readonly #several = new Set<string>();
  /** When each pair was told of last. */
  readonly #told = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>, answer: (device: string) => CloneAnswer) {
    this.#clock = clock;
    this.#answer = answer;
  }

  arrived(sighting: Sighting): void {
    const { id, serial } = sighting;
    const live = this.#bySerial.get(serial) ?? new Map<string, Live>();
    live.set(id, { ...sighting, sinceMs: this.#clock.monotonicMs() });
    this.#bySerial.set(serial, live);
    this.#serials.set(id, serial);
    if (live.size > 1) this.#several.add(serial);
  }

  left(id: string): void {
    const serial = this.#serials.get(id);
    if (serial === undefined) return;
    this.#serials.delete(id);
    const live = this.#bySerial.get(serial);
    live?.delete(id);
    if ((live?.size ?? 0) < 2) this.#several.delete(serial);
    if (live?.size === 0) this.#bySerial.delete(serial);
  }

  /** What is to be told now; called about once a second. */
  sweep(): readonly CloneEvent[] {
    const now = this.#clock.monotonicMs();
    const events: CloneEvent[] = [];
    for (const serial of this.#several) {
      const settled = [...(this.#bySerial.get(serial)?.values() ?? [])].filter(
        ({ sinceMs }) => now - sinceMs >= GRACE_MS,
      );
      const event = firstClash(settled, this.#answer);
      if (event === null || !this.#isNews(event, now)) continue;
      events.push(event);
    }
    return events;
  }

  #isNews({ serial, why, addresses, cut }: CloneEvent, now: number): boolean {
    const key = `${serial} ${why} ${addresses.toSorted().join(' ')}`;
    const last = this.#told.get(key);
    // Where connections are to be cut each counts; where it is only told, once in a while.
    if (last !== undefined && now - last < QUIET_MS && cut.length === 0) return false;
    this.#told.delete(key);
    this.#told.set(key, now);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }
}

/** The first pair, in the order in which they came, that cannot be one device. */
function firstClash(live: readonly Live[], answerOf: (device: string) => CloneAnswer): CloneEvent | null {
  const [older] = live;
  if (older === undefined) return null;
  for (const newer of live.slice(1)) {
    const why = clashOf(older, newer);
    if (why === null) continue;
    const answer = answerOf(older.device);
    const cut = answer === 'alert' ? [] : answer === 'cut-newer' ? [newer.id] : [older.id, newer.id];
    const { device, serial } = older;
    return { device, serial, why, addresses: [older.address, newer.address], cut };
  }
  return null;
}

function clashOf(a: Sighting, b: Sighting): CloneEvent['why'] | null {
  if (a.address !== b.address) return 'address';
  return a.stack !== null && b.stack !== null && a.stack !== b.stack ? 'tls' : null;
}
