import type { DeviceBaseline } from './device-judge.ts';
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
/** Nothing is told for so long after a start: whoever was cut off by it has this time to come back. */
const GRACE = 60_000_000;
/** Spread of ln(1 + seconds) that is taken for granted: a tenth of an interval more or less means nothing. */
const LEAST_SPREAD = 0.1 / Math.sqrt(12);
/** Readings older than this when they come are no live ones: who brings in old ones is not silent afterwards. */
const LIVE = 300_000_000;

/**
 * Tells that a device sends no more while it does not, rather than when it comes back. A silence is unusual from where the
 * time since the last reading, if one came now, would be beyond the limit of the detector that judges it; so it spends
 * the same false alarms. It is over with the next reading.
 */
export class SilenceWatch {
  readonly #began: number;
  /** When each was heard of last, by this machine's clock, and how late its reading was. */
  readonly #heard = new Map<string, Map<string, { at: number; live: boolean }>>();
  readonly #told = new Map<string, Finding>();

  /** @param now epoch microseconds, as all times here */
  constructor(now: number) {
    this.#began = now;
  }

  /**
   * Readings of a device were judged, the last one of this time.
   *
   * @returns that a silence is over, where one was told
   */
  heard({ device, stream }: Pick<Sender, 'device' | 'stream'>, until: number, now: number): Finding | null {
    let devices = this.#heard.get(stream);
    if (devices === undefined) this.#heard.set(stream, (devices = new Map()));
    const live = Math.abs(now - until) <= LIVE;
    const heard = devices.get(device);
    if (heard === undefined) devices.set(device, { at: now, live });
    else [heard.at, heard.live] = [now, live];
    if (this.#told.size === 0) return null;
    const key = keyOf(stream, device);
    const told = this.#told.get(key);
    if (told === undefined) return null;
    this.#told.delete(key);
    return { ...told, end: Math.max(told.end, until), open: false };
  }

  /** Looks who has been silent for too long; each is told once, and again whenever that is twice as long. */
  look(senders: Iterable<Sender>, now: number): readonly Finding[] {
    if (now - this.#began < GRACE) return [];
    const found: Finding[] = [];
    for (const sender of senders) {
      const key = keyOf(sender.stream, sender.device);
      const heard = this.#heard.get(sender.stream)?.get(sender.device) ?? {
        at: this.#began,
        live: Math.abs(this.#began - sender.until) <= LIVE,
      };
      const silent = now - heard.at;
      const told = this.#told.get(key);
      if (!heard.live || silent < LEAST || (told !== undefined && silent < 2 * (told.end - told.start))) continue;
      const finding = silenceOf(sender, heard.at, now);
      if (finding === null) continue;
      this.#told.set(key, finding);
      found.push(finding);
    }
    return found;
  }
}

function silenceOf({ device, stream, until, describe, budget }: Sender, from: number, now: number): Finding | null {
  const { fields, detectors, readings, since } = describe();
  const interval = fields.find(({ name }) => name === 'interval');
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
        field: 'interval',
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
