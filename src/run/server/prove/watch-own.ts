import { setTimeout as sleep } from 'node:timers/promises';
import { PROBE_DEVICE, PROBE_STREAM } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import type { PublishOutcome, WatchTrial } from '#assure/controls/index.ts';
import type { KnownBaseline } from '#watch/detect/index.ts';
import type { LogEvent } from '#watch/detect/index.ts';
import { correlate, withEvents } from '#watch/respond/index.ts';
import type { Alert, AlertBook, Incident, RuleBook } from '#watch/respond/index.ts';
import { PROVER } from './run-credentials.ts';
import type { TrialParts } from './trials/trial-run.ts';

/** What the trial reaches of the platform beside its listeners. */
export interface WatchParts {
  readonly publish: (topic: string, payloads: readonly string[]) => Promise<readonly PublishOutcome[]>;
  readonly alerts: Pick<AlertBook, 'list' | 'get' | 'answer'>;
  readonly rules: Pick<RuleBook, 'all' | 'add' | 'revert'>;
  readonly baseline: (device: string) => Promise<readonly KnownBaseline[] | null>;
  readonly forget: TrialParts['forget'];
  /** What the log has of the prober since some time, epoch microseconds. */
  readonly logged: (since: number) => Promise<readonly LogEvent[]>;
  readonly clock: Clock;
  /** Asks until it is so, or for some seconds. */
  readonly within: (ask: () => Promise<boolean>) => Promise<boolean>;
  /** Longer than the silence after which an alert of the prober's stream is over. */
  readonly apartMs: number;
}

/** Readings that are usual: enough for the detectors of the prober's stream to alarm at all. */
const USUAL = 80;
/** As no other probe sends. */
const WILD = 900_000;
/** Beyond the range of the field. */
const REFUSED = 2_000_000;
const WINDOW_US = 600_000_000;

const NOT_WATCHED: WatchTrial = {
  watched: false,
  baseline: null,
  quiet: false,
  alert: null,
  otherWindowLeaves: false,
  windowSilences: false,
  muteSilences: false,
  revertTells: false,
  incident: false,
  refusalIsStep: false,
};

/**
 * Sends what is usual and then what is not, as the device `_probe`, and looks what is told of it: plainly, under a
 * window for something else, under a window of its own, marked as a false alarm, and with that taken back.
 */
export async function watchOwn(parts: WatchParts): Promise<WatchTrial> {
  const { rules, alerts, clock, apartMs, baseline, forget } = parts;
  if ((await baseline(PROBE_DEVICE)) === null) return NOT_WATCHED;
  // Of earlier trials it would know that a reading in twenty is wild, and take the way back from the last for a jump.
  await forget([{ stream: PROBE_STREAM, device: PROBE_DEVICE, from: 0, to: Number.MAX_SAFE_INTEGER }]);
  const made: number[] = [];
  const window = async (field: string | null): Promise<void> => {
    const now = clock.now();
    const scope = { device: PROBE_DEVICE, stream: PROBE_STREAM, field, mostTimes: null };
    const reason = 'a probe';
    const times = { from: now - WINDOW_US, until: now + WINDOW_US };
    const rule = await rules.add({ kind: 'window', ...scope, ...times, by: PROVER, reason, alert: null });
    made.push(rule.version);
  };
  const takeBack = async (): Promise<void> => {
    for (const version of made.splice(0)) await rules.revert(version, PROVER);
  };
  try {
    const began = clock.now();
    await send(
      parts,
      Array.from({ length: USUAL }, (_, i) => 1 + (i % 5)),
    );
    const known = await settled(parts);
    const quiet = (await alertsSince(parts, began)).length === 0;

    await window('place');
    const alert = await inject(parts);
    await takeBack();

    await sleep(apartMs);
    await window(null);
    const silenced = await inject(parts);
    await takeBack();

    if (alert !== null) {
      await alerts.answer(alert.id, { verdict: 'false-alarm', by: PROVER, reason: 'a probe', until: null });
      made.push(...rules.all.filter((rule) => rule.alert === alert.id).map(({ version }) => version));
    }
    await sleep(apartMs);
    const muted = await inject(parts);
    await takeBack();
    await sleep(apartMs);
    const again = await inject(parts);
    const all = await alertsSince(parts, began);
    const incident = correlate(all).find(({ steps }) => steps.length === all.length);
    return {
      watched: true,
      baseline: known,
      quiet,
      alert: alert === null ? null : shown(alert),
      otherWindowLeaves: alert?.state === 'new',
      windowSilences: silenced?.state === 'expected',
      muteSilences: muted?.state === 'false-alarm',
      revertTells: again?.state === 'new',
      incident: incident !== undefined && all.length > 1,
      refusalIsStep: incident !== undefined && (await isStep(parts, incident, all, began)),
    };
  } finally {
    await takeBack();
  }
}

/**
 * Has a reading refused while the incident lasts, and looks whether the log's entry of it is one of the incident's steps. To
 * others what the prober does is no step of anything, so it is asked as if it were another device.
 */
async function isStep(
  parts: WatchParts,
  incident: Incident,
  alerts: readonly Alert[],
  since: number,
): Promise<boolean> {
  await parts.publish(`streams/${PROBE_STREAM}`, [JSON.stringify({ n: REFUSED })]);
  const stepOf = (events: readonly LogEvent[]): boolean =>
    withEvents(incident, alerts, events).incident.steps.some(
      ({ kind, device, sentence }) => kind === 'event' && device === PROBE_DEVICE && sentence.includes('range'),
    );
  let [seen, hidden] = [false, false];
  await parts.within(async () => {
    const events = await parts.logged(since);
    seen = stepOf(events.map((event) => ({ ...event, ofProber: false })));
    hidden = !stepOf(events);
    return seen;
  });
  return seen && hidden;
}

async function send({ publish }: WatchParts, numbers: readonly number[]): Promise<void> {
  const payloads = numbers.map((n) => JSON.stringify({ n }));
  const outcomes = await publish(`streams/${PROBE_STREAM}`, payloads);
  if (!outcomes.every(({ code }) => code < 128)) throw new Error('Readings of the prober were refused');
}

/** The baseline once it has what was sent. */
async function settled({ baseline, within }: WatchParts): Promise<WatchTrial['baseline']> {
  let known: KnownBaseline | undefined;
  await within(async () => {
    known = (await baseline(PROBE_DEVICE))?.find(({ stream }) => stream === PROBE_STREAM);
    return (known?.readings ?? 0) >= USUAL && known?.detectors.every(({ armed }) => armed) === true;
  });
  if (known === undefined) return null;
  return {
    readings: known.readings,
    fields: known.fields.length,
    armed: known.detectors.every(({ armed }) => armed),
    sure: known.detectors.every(({ likelyRate }) => Number.isFinite(likelyRate)),
  };
}

/** The alert of one wild reading; null where none comes. */
async function inject(parts: WatchParts): Promise<Alert | null> {
  const began = parts.clock.now();
  await send(parts, [WILD]);
  let found: Alert | undefined;
  await parts.within(async () => {
    found = (await alertsSince(parts, began)).find(({ causes }) => causes[0]?.field === 'n');
    return found !== undefined;
  });
  return found ?? null;
}

function alertsSince({ alerts }: WatchParts, since: number): Promise<readonly Alert[]> {
  return alerts.list({ device: PROBE_DEVICE, stream: PROBE_STREAM, since, limit: 100 });
}

function shown({ causes, nearest, evidence, sentence, budget }: Alert): NonNullable<WatchTrial['alert']> {
  const [cause] = causes;
  return {
    cause: cause?.field ?? null,
    value: cause?.value ?? null,
    usual: cause?.usual ?? null,
    wouldPass: cause?.wouldPass ?? null,
    evidence: evidence.at(-1)?.values['n'] ?? null,
    nearest: nearest?.values['n'] ?? null,
    sentence,
    likely: budget?.likely ?? 0,
    budget: budget?.alarms ?? 0,
  };
}
