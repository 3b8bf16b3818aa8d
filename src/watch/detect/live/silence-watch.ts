import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { decodeState, encodeState } from '#learn/features/index.ts';
import type { DeviceBaseline } from './device-judge.ts';
import { beginsWith, fleetFinding, fleetPause, isLate } from './fleet-pause.ts';
import type { FleetPause, Heard } from './fleet-pause.ts';
import { findingId, severityOf } from './finding.ts';
import type { Finding } from './finding.ts';
import { stateUnfit } from './saved-state.ts';

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
const VERSION = 1;
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

/** What is known of one stream. */
interface StreamSilence {
  readonly heard: Map<string, Heard>;
  /** Silences that are told, by device. */
  readonly told: Map<string, Finding>;
  /** Findings that tell no more than a pause of the fleet does: by device, the latest. */
  readonly covered: Map<string, string>;
  /** The latest pauses, the newest last: one may begin while another lasts. */
  readonly pauses: ToldPause[];
  /** What was found just now: to look at all devices for each of them would take the square of their number. */
  alone: Alone;
}

/** Times, in whole `SAME`, from which on a device was found silent by itself. */
interface Alone {
  /** When this was asked first. */
  readonly asked: number;
  readonly from: Set<number>;
}

/** Pauses of a stream that are remembered. */
const MOST_PAUSES = 8;

/**
 * Tells that a device sends no more while it does not, rather than when it comes back. A silence is unusual from where the
 * time since the last reading, if one came now, would be beyond the limit of the detector that judges it; so it spends
 * the same false alarms. It is over with the next reading.
 *
 * Where most devices of a stream fall silent together that is one finding about all of them, and neither the silence of one of
 * them nor the time that it shows in its next reading is told by itself.
 *
 * What is told is kept with the state of the watch: it is over after a restart as it would have been without one.
 */
export class SilenceWatch {
  readonly #began: number;
  readonly #streams = new Map<string, StreamSilence>();

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
    const own = this.#of(stream);
    const live = Math.abs(now - until) <= LIVE;
    const heard = own.heard.get(device) ?? { at: this.#began, live, usual: NaN, gap: null };
    const silent = now - heard.at;
    if (isLate(heard, silent)) heard.gap = { from: heard.at, to: now };
    else heard.usual += (silent - heard.usual) / REMEMBERED;
    if (Number.isNaN(heard.usual) && own.heard.has(device)) heard.usual = silent;
    [heard.at, heard.live] = [now, live];
    own.heard.set(device, heard);
    const told = [...silenceOver(own, device, until), ...pausesOver(own, device, now)];
    const shown = this.#uncovered(stream, device, seen, now);
    // With the last of its devices nothing is left of a pause.
    const isPast = ({ pause, back }: ToldPause): boolean => back.size === pause.devices.size;
    if (own.pauses.some(isPast)) own.pauses.splice(0, Infinity, ...own.pauses.filter((one) => !isPast(one)));
    return [...told, ...shown];
  }

  /** Looks who has been silent for too long; each is told once, and again whenever that is twice as long. */
  look(senders: Iterable<Sender>, now: number): readonly Finding[] {
    if (now - this.#began < GRACE) return [];
    const found: Finding[] = [];
    for (const sender of senders) {
      const { stream, device } = sender;
      const own = this.#of(stream);
      const heard = this.#heardOf(sender);
      const silent = now - heard.at;
      const told = own.told.get(device);
      if (!heard.live || silent < LEAST || (told !== undefined && silent < 2 * (told.end - told.start))) continue;
      const over = overSince(own, heard.at);
      if (told === undefined && (isPaused(own, device) || (over !== null && !isLate(heard, now - over)))) continue;
      const finding = silenceOf(sender, heard.at, now);
      if (finding === null) continue;
      const pause = told === undefined && over === null ? this.#fleetOf(stream, heard.at, now) : null;
      if (pause !== null) found.push(fleetFinding(pause.pause, now, true));
      else {
        own.told.set(device, finding);
        found.push(finding);
      }
    }
    return found;
  }

  /** Forgets devices of a stream: nothing that is told from now on names them. */
  forget(stream: string, devices: readonly string[]): void {
    const own = this.#of(stream);
    for (const device of devices) {
      own.heard.delete(device);
      own.told.delete(device);
      own.covered.delete(device);
    }
    for (const told of own.pauses.splice(0)) {
      const left = new Set(told.pause.devices);
      for (const device of devices) for (const set of [left, told.back]) set.delete(device);
      told.pause = { ...told.pause, devices: left };
      if (left.size > 0) own.pauses.push(told);
    }
  }

  /** What is told of a stream, for a later process; null where nothing is. */
  snapshot(stream: string): Uint8Array | null {
    const { told, covered, pauses, heard } = this.#of(stream);
    if (told.size === 0 && pauses.length === 0 && covered.size === 0) return null;
    const silent = [...told.keys(), ...pauses.flatMap(({ pause, back }) => [...pause.devices].filter((one) => !back.has(one)))]; // prettier-ignore
    const saved: Saved = {
      told: [...told],
      covered: [...covered],
      pauses: pauses.map(({ pause: { from, devices, of }, back, ended }) => {
        return { from, of, devices: [...devices], back: [...back], ended };
      }),
      heard: [...new Set(silent)].flatMap((device) => {
        const { at, live, usual } = heard.get(device) ?? { at: NaN, live: false, usual: NaN };
        return at === at ? [[device, at, live, usual === usual ? usual : null] as const] : [];
      }),
    };
    return encodeState(NAME, VERSION, { told: encodeUtf8(JSON.stringify(saved)) });
  }

  /**
   * Goes on from what an earlier process told.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT
   */
  restore(stream: string, snapshot: Uint8Array): void {
    const bytes = decodeState(snapshot, NAME, VERSION).get('told');
    if (!(bytes instanceof Uint8Array)) throw stateUnfit(stream, 'who is silent is missing');
    const { told, covered, pauses, heard } = JSON.parse(decodeUtf8(bytes)) as Saved;
    this.#streams.set(stream, {
      ...this.#begin(),
      told: new Map(told),
      covered: new Map(covered),
      pauses: pauses.map(({ from, of, devices, back, ended }) => {
        return { pause: { stream, from, of, devices: new Set(devices) }, back: new Set(back), ended };
      }),
      heard: new Map(heard.map(([device, at, live, usual]) => [device, { at, live, usual: usual ?? NaN, gap: null }])),
    });
  }

  #of(stream: string): StreamSilence {
    let own = this.#streams.get(stream);
    if (own === undefined) this.#streams.set(stream, (own = this.#begin()));
    return own;
  }

  #begin(): StreamSilence {
    const alone = { asked: -Infinity, from: new Set<number>() };
    return { heard: new Map(), told: new Map(), covered: new Map(), pauses: [], alone };
  }

  /** What is known of when a device was heard of; from the start on where it was not since. */
  #heardOf({ device, stream, until }: Sender): Heard {
    const devices = this.#of(stream).heard;
    let heard = devices.get(device);
    if (heard === undefined) {
      heard = { at: this.#began, live: Math.abs(this.#began - until) <= LIVE, usual: NaN, gap: null };
      devices.set(device, heard);
    }
    return heard;
  }

  /** A pause of the stream's fleet that a silence from then on is part of; it is told from now on. */
  #fleetOf(stream: string, from: number, now: number): ToldPause | null {
    const own = this.#of(stream);
    if (!(Math.abs(now - own.alone.asked) < SAME)) own.alone = { asked: now, from: new Set() };
    if (own.alone.from.has(Math.floor(from / SAME))) return null;
    const pause = fleetPause(stream, own.heard, from, now);
    if (pause === null) {
      own.alone.from.add(Math.floor(from / SAME));
      return null;
    }
    const told: ToldPause = { pause, back: new Set(), ended: null };
    own.pauses.push(told);
    // What is over goes first.
    const over = own.pauses.findIndex(({ ended }) => ended !== null);
    if (own.pauses.length > MOST_PAUSES) own.pauses.splice(Math.max(0, over), 1);
    return told;
  }

  /** What was found in readings of a device, without what says no more than that its fleet paused. */
  #uncovered(stream: string, device: string, seen: readonly Finding[], now: number): readonly Finding[] {
    const { heard, covered, pauses } = this.#of(stream);
    return seen.flatMap((finding) => {
      // What goes on after the reading that came back is more than that.
      const isOfOne = finding.end === finding.start;
      if (finding.causes[0]?.field !== INTERVAL_SHOWN || finding.violates !== undefined || !isOfOne) return [finding];
      if (covered.get(device) === finding.id) {
        if (!finding.open) covered.delete(device);
        return [];
      }
      const gap = heard.get(device)?.gap ?? null;
      if (gap === null || gap.to !== now) return [finding];
      const known = pauses.find(({ pause }) => pause.devices.has(device) && beginsWith(pause, gap.from));
      const pause = known ?? this.#fleetOf(stream, gap.from, now);
      if (pause === null) return [finding];
      covered.set(device, finding.id);
      if (known !== undefined) return [];
      for (const one of pause.pause.devices) if ((heard.get(one)?.at ?? 0) === now) pause.back.add(one);
      return [fleetFinding(pause.pause, now, true)];
    });
  }
}

/** The end of a device's own silence. */
function silenceOver({ told }: StreamSilence, device: string, until: number): readonly Finding[] {
  const silence = told.get(device);
  if (silence === undefined) return [];
  told.delete(device);
  return [{ ...silence, end: Math.max(silence.end, until), open: false }];
}

/** A device of a paused fleet is back: with half of them the pause is over, and whoever is silent still is so by itself. */
function pausesOver({ pauses }: StreamSilence, device: string, now: number): readonly Finding[] {
  return pauses.flatMap((told) => {
    if (!told.pause.devices.has(device)) return [];
    told.back.add(device);
    if (told.ended !== null || told.back.size < told.pause.devices.size / 2) return [];
    told.ended = now;
    return [fleetFinding(told.pause, now, false)];
  });
}

function isPaused({ pauses }: StreamSilence, device: string): boolean {
  return pauses.some(({ pause, back, ended }) => ended === null && pause.devices.has(device) && !back.has(device));
}

/** Since when the pause is over in which a silence from then on began; null where it began in none, or that lasts. */
function overSince({ pauses }: StreamSilence, from: number): number | null {
  const over = pauses.findLast(({ pause, ended }) => ended !== null && beginsWith(pause, from) && from <= ended);
  return over?.ended ?? null;
}

/** What is told of a stream as JSON. */
interface Saved {
  readonly told: readonly (readonly [device: string, Finding])[];
  readonly covered: readonly (readonly [device: string, finding: string])[];
  readonly pauses: readonly {
    readonly from: FleetPause['from'];
    readonly of: number;
    readonly devices: readonly string[];
    readonly back: readonly string[];
    readonly ended: number | null;
  }[];
  /** When those who are silent were heard of last. */
  readonly heard: readonly (readonly [device: string, at: number, live: boolean, usual: number | null])[];
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

function brief(value: number): number {
  return Number(value.toPrecision(3));
}
