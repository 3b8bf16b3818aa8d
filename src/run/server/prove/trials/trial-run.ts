import { PROBE_DEVICE, TRIAL_STREAM } from '#base/core/index.ts';
import type { Clock, Json } from '#base/core/index.ts';
import type { PublishOutcome, ToldAlert } from '#assure/controls/index.ts';
import type { SubjectSpan } from '#flow/store/index.ts';
import type { KnownBaseline } from '#watch/detect/index.ts';
import type { Alert, AlertBook } from '#watch/respond/index.ts';

/** What a trial reaches of the platform beside its listeners. */
export interface TrialParts {
  /** Sends readings as the device `_probe`, as fast as the connection takes them. */
  readonly publish: (topic: string, payloads: readonly string[]) => Promise<readonly PublishOutcome[]>;
  readonly alerts: Pick<AlertBook, 'list'>;
  readonly baseline: (device: string) => Promise<readonly KnownBaseline[] | null>;
  /** Has the watch forget what it knows of a device from readings of these times. */
  readonly forget: (spans: readonly SubjectSpan[]) => Promise<number>;
  /** Resolves once all is told that was found so far. */
  readonly flush: () => Promise<void>;
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Asks until it is so, or for some seconds. */
  readonly within: (ask: () => Promise<boolean>) => Promise<boolean>;
}

/** A reading of a trial: its fields, and how many seconds it comes after the one before. */
export interface TrialReading {
  readonly after: number;
  readonly fields: Readonly<Record<string, Json>>;
}

const DAY = 86_400;
const SECOND = 1_000_000;
/**
 * A trial begins in the first second of some day of these last years, at a microsecond of its own: what is known of an
 * alert is its detector and when it begins, and one that an earlier trial has led to would not be told again.
 */
const YEARS = 8 * 365 * DAY;
const MARGIN = 60 * DAY;
const CHUNK = 500;
const MOST_ALERTS = 1_000;

/**
 * A device that lives a while in a few seconds: what the watch knew of `_probe` is forgotten, and readings with times of
 * the past take the way that those of every device take.
 */
export class TrialRun {
  readonly #parts: TrialParts;
  readonly #stream: string;
  readonly #began: number;
  /** Epoch microseconds. */
  #at: number;
  #sent = 0;

  private constructor(parts: TrialParts, stream: string, at: number) {
    this.#parts = parts;
    this.#stream = stream;
    this.#began = parts.clock.now();
    this.#at = at;
  }

  /**
   * Begins a life of the device on one of the prober's streams.
   *
   * @returns null where the template declares no detection: then nobody watches
   */
  static async begin(parts: TrialParts, stream = TRIAL_STREAM): Promise<TrialRun | null> {
    const { baseline, forget, clock, random } = parts;
    if ((await baseline(PROBE_DEVICE)) === null) return null;
    await forget([{ stream, device: PROBE_DEVICE, from: 0, to: Number.MAX_SAFE_INTEGER }]);
    const today = Math.floor(clock.now() / 1e6 / DAY) * DAY;
    const day = today - MARGIN - Math.floor((random() * YEARS) / DAY) * DAY;
    return new TrialRun(parts, stream, day * SECOND + Math.floor(random() * SECOND));
  }

  /** Sends readings and waits until all of them were judged. */
  async send(readings: readonly TrialReading[]): Promise<void> {
    const { publish, baseline, flush, within } = this.#parts;
    const payloads = readings.map(({ after, fields }) => {
      this.#at += Math.round(after * SECOND);
      return JSON.stringify({ time: this.#at / SECOND, ...fields });
    });
    for (let from = 0; from < payloads.length; from += CHUNK) {
      const outcomes = await publish(`streams/${this.#stream}`, payloads.slice(from, from + CHUNK));
      const refused = outcomes.find(({ code }) => code >= 128);
      if (refused !== undefined)
        throw new Error(`Readings of the prober were refused: ${refused.text ?? refused.code}`);
    }
    this.#sent += payloads.length;
    await within(async () => {
      const known = (await baseline(PROBE_DEVICE))?.find(({ stream }) => stream === this.#stream);
      return (known?.readings ?? 0) >= this.#sent;
    });
    await flush();
  }

  /** Alerts of this life, the first of them last. */
  alerts(): Promise<readonly Alert[]> {
    const { alerts } = this.#parts;
    return alerts.list({ device: PROBE_DEVICE, stream: this.#stream, since: this.#began - 1, limit: MOST_ALERTS });
  }

  /** Those of them by a detector, a rule or a sign. */
  async toldBy(name: string): Promise<readonly Alert[]> {
    return (await this.alerts()).filter(
      ({ violates, detectors }) => (violates?.kind ?? null) === name || detectors.some((one) => one.name === name),
    );
  }

  /** The first alert by that name, as it is shown; null where there is none. */
  async told(name: string): Promise<ToldAlert | null> {
    const first = (await this.toldBy(name)).at(-1);
    return first === undefined ? null : shown(first);
  }
}

/** What a probe looks at of an alert. */
export function shown({ sentence, violates, causes, evidence, detectors }: Alert): ToldAlert {
  return {
    by: detectors.map(({ name }) => name),
    rule: violates?.rule ?? null,
    field: causes[0]?.field ?? null,
    sentence,
    evidence: evidence.length,
  };
}

/** Readings of the same fields, one a second unless it is said otherwise. */
export function readingsOf(
  count: number,
  fields: (i: number) => Readonly<Record<string, Json>>,
  after: (i: number) => number = () => 1,
): readonly TrialReading[] {
  return Array.from({ length: count }, (_, i) => ({ after: after(i), fields: fields(i) }));
}
