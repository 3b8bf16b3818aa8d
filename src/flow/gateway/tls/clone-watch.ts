import type { Clock } from '#base/core/index.ts';

/** A live connection as it is told apart from others that came with the same certificate. */
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

/** One identity in use by two that cannot be one device. */
export interface CloneEvent {
  readonly device: string;
  /** Of the newer one; empty where none is connected. */
  readonly serial: string;
  /** Two addresses, two TLS stacks, or two counters of `seq`. */
  readonly why: 'address' | 'tls' | 'seq';
  /** Empty where nobody is connected. */
  readonly addresses: readonly [older: string, newer: string];
  /** Connections to be ended. */
  readonly cut: readonly string[];
  /** Addresses from which the certificate counts for nothing over HTTPS for a while: there, a connection is soon made anew. */
  readonly shut: readonly string[];
}

/** How long two may be there before it counts: a device that moves leaves its old connection behind for a moment. */
const GRACE_MS = 2_000;
/** The same pair of places raises one event in this time. */
const QUIET_MS = 60_000;
const MOST_REMEMBERED = 10_000;
/** Who comes back to a place within this time was there all the time, or is two. */
const RETURN_MS = 300_000;
/** A device may go and come back once, as between two networks; who goes on doing so is two. */
const RETURNS = 2;
const MOST_TRAILS = 100_000;

type Live = Sighting & { readonly sinceMs: number; readonly isHttps: boolean };

interface Place {
  readonly address: string;
  readonly sinceMs: number;
  seenMs: number;
}

/** Where a certificate was last seen over HTTPS. */
interface Trail {
  here: Place;
  before: Place | null;
  returns: number;
}

/**
 * Knows which certificates are in use by several at once, over all workers, and which of those cannot be one device.
 *
 * Over MQTT that is connections at different addresses at one time, or of different TLS stacks at one address. Over
 * HTTPS, where connections come and go, it is requests from two addresses in turn, or from another address than that of
 * an MQTT connection. Two client ids at one address with one stack are a device that publishes and subscribes.
 */
export class CloneWatch {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #answer: (device: string) => CloneAnswer;
  readonly #bySerial = new Map<string, Map<string, Live>>();
  readonly #serials = new Map<string, string>();
  /** Serials with more than one connection. */
  readonly #several = new Set<string>();
  readonly #trails = new Map<string, Trail>();
  readonly #found: CloneEvent[] = [];
  /** When each pair was told of last. */
  readonly #told = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>, answer: (device: string) => CloneAnswer) {
    this.#clock = clock;
    this.#answer = answer;
  }

  /** An MQTT connection was opened. */
  arrived(sighting: Sighting): void {
    this.#open(sighting, false);
  }

  /** A connection has ended. */
  left(id: string): void {
    const serial = this.#serials.get(id);
    if (serial === undefined) return;
    this.#serials.delete(id);
    const live = this.#bySerial.get(serial);
    live?.delete(id);
    if ((live?.size ?? 0) < 2) this.#several.delete(serial);
    if (live?.size === 0) this.#bySerial.delete(serial);
  }

  /** A request came over HTTPS; of many on one connection one in a second is enough. */
  visited(sighting: Sighting): void {
    const { id, serial, address } = sighting;
    if (!this.#serials.has(id)) this.#open(sighting, true);
    const now = this.#clock.monotonicMs();
    const trail = this.#trailOf(serial, address, now);
    const beside = this.#connectedElsewhere(serial, address, now);
    if (beside !== null) {
      trail.returns += 1;
      trail.before = { address: beside.address, sinceMs: beside.sinceMs, seenMs: now };
    }
    const { here, before } = trail;
    if (before === null || trail.returns < RETURNS) return;
    trail.returns = 0;
    const [older, newer] = before.sinceMs <= here.sinceMs ? [before, here] : [here, before];
    this.#found.push(this.#clashAt(sighting, older.address, newer.address));
  }

  /** Two counters of `seq` took turns in a stream of a device. */
  interleaved(device: string): void {
    const live = this.#liveOf(device);
    const [older, newer] = [live.at(-2) ?? live.at(-1), live.at(-1)];
    const answer = this.#answer(device);
    const chosen = answer === 'alert' ? [] : answer === 'cut-both' ? live : live.slice(1).slice(-1);
    this.#found.push({
      device,
      serial: newer?.serial ?? '',
      why: 'seq',
      addresses: [older?.address ?? '', newer?.address ?? ''],
      cut: chosen.map(({ id }) => id),
      shut: [],
    });
  }

  /** The connections of a device, to be ended. */
  connectionsOf(device: string): readonly string[] {
    return this.#liveOf(device).map(({ id }) => id);
  }

  /** What is to be told now; called about once a second. */
  sweep(): readonly CloneEvent[] {
    const now = this.#clock.monotonicMs();
    const events = this.#found.splice(0);
    for (const serial of this.#several) {
      const settled = [...(this.#bySerial.get(serial)?.values() ?? [])].filter(
        ({ sinceMs, isHttps }) => !isHttps && now - sinceMs >= GRACE_MS,
      );
      const event = firstClash(settled, this.#answer);
      if (event !== null) events.push(event);
    }
    return events.filter((event) => this.#isNews(event, now));
  }

  #open(sighting: Sighting, isHttps: boolean): void {
    const { id, serial } = sighting;
    const live = this.#bySerial.get(serial) ?? new Map<string, Live>();
    live.set(id, { ...sighting, sinceMs: this.#clock.monotonicMs(), isHttps });
    this.#bySerial.set(serial, live);
    this.#serials.set(id, serial);
    if (live.size > 1) this.#several.add(serial);
  }

  /** Moves a certificate's trail on to a place; coming back to the one before counts as a return. */
  #trailOf(serial: string, address: string, now: number): Trail {
    const known = this.#trails.get(serial);
    const place = { address, sinceMs: now, seenMs: now };
    const trail = known ?? { here: place, before: null, returns: 0 };
    // Those that were seen last stay.
    this.#trails.delete(serial);
    this.#trails.set(serial, trail);
    const [oldest] = this.#trails.keys();
    if (this.#trails.size > MOST_TRAILS && oldest !== undefined) this.#trails.delete(oldest);
    const { here, before } = trail;
    if (here.address === address) {
      here.seenMs = now;
      return trail;
    }
    const isReturn = before?.address === address && now - before.seenMs <= RETURN_MS;
    trail.returns = isReturn ? trail.returns + 1 : 0;
    trail.before = here;
    trail.here = isReturn ? before : place;
    trail.here.seenMs = now;
    return trail;
  }

  #connectedElsewhere(serial: string, address: string, now: number): Live | null {
    for (const live of this.#bySerial.get(serial)?.values() ?? []) {
      if (!live.isHttps && live.address !== address && now - live.sinceMs >= GRACE_MS) return live;
    }
    return null;
  }

  #clashAt({ device, serial }: Sighting, older: string, newer: string): CloneEvent {
    const answer = this.#answer(device);
    const shut = answer === 'alert' ? [] : answer === 'cut-newer' ? [newer] : [older, newer];
    const live = [...(this.#bySerial.get(serial)?.values() ?? [])];
    const cut = live.filter(({ address }) => shut.includes(address)).map(({ id }) => id);
    return { device, serial, why: 'address', addresses: [older, newer], cut, shut };
  }

  /** In the order in which they came. */
  #liveOf(device: string): readonly Live[] {
    const live: Live[] = [];
    for (const all of this.#bySerial.values())
      for (const one of all.values()) if (one.device === device) live.push(one);
    return live.sort((a, b) => a.sinceMs - b.sinceMs);
  }

  #isNews({ device, serial, why, addresses, cut, shut }: CloneEvent, now: number): boolean {
    const key = [device, serial, why, ...addresses.toSorted()].join(' ');
    const last = this.#told.get(key);
    // Where connections are to be cut each counts; where it is only told, once in a while.
    if (last !== undefined && now - last < QUIET_MS && cut.length === 0 && shut.length === 0) return false;
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
    return { device, serial, why, addresses: [older.address, newer.address], cut, shut: [] };
  }
  return null;
}

function clashOf(a: Sighting, b: Sighting): 'address' | 'tls' | null {
  if (a.address !== b.address) return 'address';
  return a.stack !== null && b.stack !== null && a.stack !== b.stack ? 'tls' : null;
}
