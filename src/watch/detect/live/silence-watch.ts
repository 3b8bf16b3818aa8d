import type { DeviceBaseline } from './device-judge.ts';
import { beginsWith, fleetFinding, fleetPause, isLate } from './fleet-pause.ts';
import type { FleetPause, Heard } from './fleet-pause.ts';
import { findingId, severityOf } from './finding.ts';
import type { Finding } from './finding.ts';

/** What is known of a device on a stream, as far as silence goes. */
export interface Sender {
  readonly device: string;
  readonly stream: string;
  /** Time of its last reading, as it tells it; epoch microseconds. */
  readonly until: number;
  readonly describe: () => DeviceBaseline;
  readonly budget: { readonly alarms: number; readonly seconds: number };
}

/** The detector whose limit a silence is held against: the same that judges the time between readings afterwards. */
const JUDGE = 'robust-z';
const NAME = 'silence';
/** Nothing shorter is a silence, whatever a device is used to, in microseconds. */
const LEAST = 10_000_000;
/** Times between readings that say what is usual of them. */
const REMEMBERED = 8;
/** Nothing is told for so long after a start: whoever was cut off by it has this time to come back. */
const GRACE = 60_000_000;
/** Spread of ln(1 + seconds) that is taken for granted: a tenth of an interval more or less means nothing. */
const LEAST_SPREAD = 0.1 / Math.sqrt(12);
/** Readings older than this when they come are no live ones: who brings in old ones is not silent afterwards. */
const LIVE = 300_000_000;

/** Whoever asks again within so long about silence from about the same time has the same answer, in microseconds. */
const SAME = 1_000_000;

/** The field that a reading after a silence is unusual in. */
const INTERVAL_SHOWN = 'interval';

/** A pause of a fleet that was told. */
interface ToldPause {
  pause: FleetPause;
  /** Devices that send again. */
  readonly back: Set<string>;
  /** When it was over; null while it is not. */
  ended: number | null;
}

/** Times, in whole `SAME`, from which on a device was found silent by itself. */
interface Alone {
  /** When this was asked first. */
  readonly asked: number;
  readonly from: Set<number>;
}

/**
 * Tells that a device sends no more while it does not, rather than when it comes back. A silence is unusual from where the
 * time since the last reading, if one came now, would be beyond the limit of the detector that judges it; so it spends
 * the same false alarms. It is over with the next reading.
 *
 * Where most devices of a stream fall silent together that is one finding about all of them, and neither the silence of one of
 * them nor the time that it shows in its next reading is told by itself.
 */
export class SilenceWatch {
  readonly #began: number;
  readonly #heard = new Map<string, Map<string, Heard>>();
  readonly #told = new Map<string, Finding>();
  /** The latest pause of each stream. */
  readonly #pauses = new Map<string, ToldPause>();
  /** Findings that tell no more than a pause of the fleet does: by device, the latest. */
  readonly #covered = new Map<string, string>();
  /** What was found of each stream just now: to look at all of its devices for each of them would take the square of their number. */
  readonly #alone = new Map<string, Alone>();

  /** @param now epoch microseconds, as all times here */
  constructor(now: number) {
    this.#began = now;
  }

  /**
   * Readings of a device were judged, the last one of this time.
   *
   * @param seen what was found in them
   * @returns that a silence or a pause is over, where one was told, and of `seen` what is not of a pause
   */
  heard(
    { device, stream }: Pick<Sender, 'device' | 'stream'>,
    until: number,
    now: number,
    seen: readonly Finding[] = [],
  ): readonly Finding[] {
    let devices = this.#heard.get(stream);
    if (devices === undefined) this.#heard.set(stream, (devices = new Map()));
    const live = Math.abs(now - until) <= LIVE;
    const heard = devices.get(device) ?? { at: this.#began, live, usual: NaN, gap: null };
    const silent = now - heard.at;
    if (isLate(heard, silent)) heard.gap = { from: heard.at, to: now };
    else heard.usual += (silent - heard.usual) / REMEMBERED;
    if (Number.isNaN(heard.usual) && devices.has(device)) heard.usual = silent;
    [heard.at, heard.live] = [now, live];
    devices.set(device, heard);
    const told = [...this.#over(stream, device, until), ...this.#back(stream, device, now)];
    return [...told, ...this.#uncovered(stream, device, seen, now)];
  }

  /** Looks who has been silent for too long; each is told once, and again whenever that is twice as long. */
  look(senders: Iterable<Sender>, now: number): readonly Finding[] {
    if (now - this.#began < GRACE) return [];
    const found: Finding[] = [];
    for (const sender of senders) {
      const key = keyOf(sender.stream, sender.device);
      const heard = this.#heardOf(sender);
      const silent = now - heard.at;
      const told = this.#told.get(key);
      if (!heard.live || silent < LEAST || (told !== undefined && silent < 2 * (told.end - told.start))) continue;
      const over = this.#overSince(sender.stream, heard.at);
      if (told === undefined && (this.#isPaused(sender) || (over !== null && !isLate(heard, now - over)))) continue;
      const finding = silenceOf(sender, heard.at, now);
      if (finding === null) continue;
      const pause = told === undefined && over === null ? this.#fleetOf(sender.stream, heard.at, now) : null;
      if (pause !== null) found.push(fleetFinding(pause, now, true));
      else {
        this.#told.set(key, finding);
        found.push(finding);
      }
    }
    return found;
  }

  /** Forgets devices of a stream: nothing that is told from now on names them. */
  forget(stream: string, devices: readonly string[]): void {
    const paused = this.#pauses.get(stream);
    for (const device of devices) {
      const key = keyOf(stream, device);
      this.#heard.get(stream)?.delete(device);
      this.#told.delete(key);
      this.#covered.delete(key);
      paused?.back.delete(device);
    }
    if (paused === undefined) return;
    const left = new Set(paused.pause.devices);
    for (const device of devices) left.delete(device);
    paused.pause = { ...paused.pause, devices: left };
  }

  /** What is known of when a device was heard of; from the start on where it was not since. */
  #heardOf({ device, stream, until }: Sender): Heard {
    let devices = this.#heard.get(stream);
    if (devices === undefined) this.#heard.set(stream, (devices = new Map()));
    let heard = devices.get(device);
    if (heard === undefined) {
      heard = { at: this.#began, live: Math.abs(this.#began - until) <= LIVE, usual: NaN, gap: null };
      devices.set(device, heard);
    }
    return heard;
  }

  /** The end of a device's own silence. */
  #over(stream: string, device: string, until: number): readonly Finding[] {
    const key = keyOf(stream, device);
    const told = this.#told.get(key);
    if (told === undefined) return [];
    this.#told.delete(key);
    return [{ ...told, end: Math.max(told.end, until), open: false }];
  }

  /** A device of a paused fleet is back: with half of them the pause is over, and whoever is silent still is so by itself. */
  #back(stream: string, device: string, now: number): readonly Finding[] {
    const told = this.#pauses.get(stream);
    if (told === undefined || told.ended !== null || !told.pause.devices.has(device)) return [];
    told.back.add(device);
    if (told.back.size < told.pause.devices.size / 2) return [];
    told.ended = now;
    return [fleetFinding(told.pause, now, false)];
  }

  #isPaused({ stream, device }: Sender): boolean {
    const told = this.#pauses.get(stream);
    return told !== undefined && told.ended === null && told.pause.devices.has(device) && !told.back.has(device);
  }

  /** Since when the pause is over in which a silence from then on began; null where it began in none, or that lasts. */
  #overSince(stream: string, from: number): number | null {
    const told = this.#pauses.get(stream);
    if (told === undefined || told.ended === null) return null;
    return beginsWith(told.pause, from) && from <= told.ended ? told.ended : null;
  }

  /** A pause of the stream's fleet that a silence from then on is part of; it is told from now on. */
  #fleetOf(stream: string, from: number, now: number): FleetPause | null {
    let alone = this.#alone.get(stream);
    if (alone === undefined || !(Math.abs(now - alone.asked) < SAME)) {
      alone = { asked: now, from: new Set() };
      this.#alone.set(stream, alone);
    }
    if (alone.from.has(Math.floor(from / SAME))) return null;
    const pause = fleetPause(stream, this.#heard.get(stream) ?? new Map(), from, now);
    if (pause === null) alone.from.add(Math.floor(from / SAME));
    else this.#pauses.set(stream, { pause, back: new Set(), ended: null });
    return pause;
  }

  /** What was found in readings of a device, without what says no more than that its fleet paused. */
  #uncovered(stream: string, device: string, seen: readonly Finding[], now: number): readonly Finding[] {
    const key = keyOf(stream, device);
    return seen.flatMap((finding) => {
      // What goes on after the reading that came back is more than that.
      const isOfOne = finding.end === finding.start;
      if (finding.causes[0]?.field !== INTERVAL_SHOWN || finding.violates !== undefined || !isOfOne) return [finding];
      if (this.#covered.get(key) === finding.id) return [];
      const gap = this.#heard.get(stream)?.get(device)?.gap ?? null;
      if (gap === null || gap.to !== now) return [finding];
      const told = this.#pauses.get(stream);
      const known = told !== undefined && told.pause.devices.has(device) && beginsWith(told.pause, gap.from);
      const pause = known ? told.pause : this.#fleetOf(stream, gap.from, now);
      if (pause === null) return [finding];
      this.#covered.set(key, finding.id);
      if (known) return [];
      const own = this.#pauses.get(stream)!;
      for (const one of pause.devices) if ((this.#heard.get(stream)?.get(one)?.at ?? 0) === now) own.back.add(one);
      return [fleetFinding(pause, now, true)];
    });
  }
}

function silenceOf({ device, stream, until, describe, budget }: Sender, from: number, now: number): Finding | null {
  const { fields, detectors, readings, since } = describe();
  const interval = fields.find(({ name }) => name === INTERVAL_SHOWN);
  const judge = detectors.find(({ name }) => name === JUDGE);
  if (interval === undefined || judge?.armed !== true) return null;
  const centre = Math.log1p(interval.centre);
  const spread = Math.max(Math.log1p(interval.centre + interval.spread) - centre, LEAST_SPREAD);
  const seconds = (now - from) / 1e6;
  const score = (Math.log1p(seconds) - centre) / spread;
  if (!(score > judge.limit)) return null;
  const usual = [-3, 3].map((deviations) => brief(Math.expm1(centre + deviations * spread))) as [number, number];
  return {
    id: findingId(device, stream, NAME, until),
    device,
    stream,
    detectors: [{ name: NAME, score, limit: judge.limit, readings: 1 }],
    techniques: ['T0804'],
    start: until,
    end: until + (now - from),
    open: true,
    severity: severityOf(score, judge.limit),
    budget: { ...budget, expected: judge.expectedRate * budget.seconds, likely: judge.likelyRate * budget.seconds },
    baseline: { readings, seconds: Math.max(0, (until - since) / 1e6), peaks: judge.peaks },
    causes: [
      {
        field: INTERVAL_SHOWN,
        unit: 's',
        share: 1,
        value: brief(seconds),
        usual: [Math.max(0, usual[0]), usual[1]],
        deviation: Math.round(score * 100) / 100,
        wouldPass: brief(Math.expm1(centre + judge.limit * spread)),
      },
    ],
    nearest: null,
    evidence: [],
    sentence: `${device} has sent nothing for ${brief(seconds)} s; usual for it is a reading every ${brief(interval.centre)} s`,
  };
}

function keyOf(stream: string, device: string): string {
  return `${stream} ${device}`;
}

function brief(value: number): number {
  return Number(value.toPrecision(3));
}
