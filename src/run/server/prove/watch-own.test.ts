import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis, PROBE_DEVICE, PROBE_STREAM } from '#base/core/index.ts';
import { logEvent } from '#watch/detect/index.ts';
import type { KnownBaseline, Finding, LogEvent } from '#watch/detect/index.ts';
import { AlertBook, RuleBook, WATCH_SCHEMA } from '#watch/respond/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys, recordAudit } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { watchOwn } from './watch-own.ts';
import type { WatchParts } from './watch-own.ts';

const DETECTOR = { name: 'robust-z', armed: true, limit: 8, seen: 90, watchedSeconds: 9, peaks: 8 };
const BASELINE = {
  device: PROBE_DEVICE,
  stream: PROBE_STREAM,
  since: 0,
  until: 1,
  readings: 90,
  fields: [{ name: 'n', unit: null, centre: 3, spread: 1 }],
  detectors: [{ ...DETECTOR, expectedRate: 1e-6, likelyRate: 1e-5 }],
  behaviour: { asItself: null, asPeers: null, asType: null },
  peers: null,
} satisfies KnownBaseline;

/** Real alerts and rules; a watch that finds each wild number, and knows nothing but what came since it forgot. */
async function open(
  t: Cleanable,
  watch: {
    readonly blind?: boolean;
    readonly off?: boolean;
    readonly log?: 'silent' | 'open';
    /** What somebody says while the prober marks its alert. */
    readonly meanwhile?: (rules: RuleBook) => Promise<void>;
  } = {},
) {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WATCH_SCHEMA);
  const own = { catalogue, sealer: await keys.rowSealer('people'), audit: recordAudit(), clock };
  const rules = await RuleBook.open(own);
  const book = await AlertBook.open({ ...own, rules });
  const alerts: WatchParts['alerts'] & Pick<AlertBook, 'raise'> = {
    raise: (found) => book.raise(found),
    list: (wanted) => book.list(wanted),
    get: (id) => book.get(id),
    answer: async (id, answer) => {
      await watch.meanwhile?.(rules);
      return book.answer(id, answer);
    },
  };
  const refused: LogEvent[] = [];
  const publish = async (_topic: string, payloads: readonly string[]) => {
    for (const payload of payloads) {
      clock.advance(millis(1_000));
      const { n } = JSON.parse(payload) as { n: number };
      if (n > 1_000_000) {
        // A log that says nothing of it is broken, or one that does not know whose doing it is.
        const told = refusal(clock.now());
        if (watch.log !== 'silent') refused.push(watch.log === 'open' ? { ...told, ofProber: false } : told);
        continue;
      }
      if (n > 100 && watch.blind !== true) await alerts.raise([finding(clock.now(), n)]);
    }
    return payloads.map(() => ({ code: 0, text: null }));
  };
  const forgotten: string[] = [];
  const forget: WatchParts['forget'] = async (spans) => {
    forgotten.push(...spans.map(({ stream, device }) => `${stream} of ${device}`));
    return spans.length;
  };
  // What it knows is of this trial alone.
  const baseline = async () => {
    if (watch.off === true) return null;
    return forgotten.includes(`${PROBE_STREAM} of ${PROBE_DEVICE}`) ? [BASELINE] : [];
  };
  const within = async (ask: () => Promise<boolean>) => ask();
  const logged = async (since: number) => refused.filter(({ time }) => time >= since);
  return watchOwn({ publish, logged, alerts, rules, baseline, forget, clock, within, apartMs: 1 });
}

/** As the log has it. */
function refusal(time: number): LogEvent {
  const detail = { count: 1, devices: 1, device: PROBE_DEVICE };
  const event = { actor: 'weir:gateway', action: 'refuse-readings', resource: `stream:${PROBE_STREAM}`, outcome: 'denied' as const, reason: 'range', detail }; // prettier-ignore
  return logEvent({ index: 7, time: micros(time), event });
}

function finding(start: number, n: number): Finding {
  return {
    id: String(start),
    device: PROBE_DEVICE,
    stream: PROBE_STREAM,
    detectors: [{ name: 'robust-z', score: 90, limit: 8, readings: 1 }],
    start,
    end: start,
    open: true,
    severity: 'critical',
    budget: { alarms: 60, seconds: 3_600, expected: 0.1, likely: 0.9 },
    baseline: { readings: 90, seconds: 9, peaks: 8 },
    causes: [{ field: 'n', unit: null, share: 1, value: n, usual: [0, 6], deviation: 90, wouldPass: 11 }],
    nearest: { time: 0, values: { n: 3 } },
    evidence: [{ time: start, values: { n } }],
    sentence: 'n of _probe was wild',
  };
}

test('watchOwn() tries alerts, windows, mutes and incidents with real alerts and rules', async (t) => {
  const trial = await open(t);
  assert.deepEqual(
    { ...trial, alert: trial.alert?.cause },
    {
      watched: true,
      baseline: { readings: 90, fields: 1, armed: true, sure: true },
      quiet: true,
      alert: 'n',
      otherWindowLeaves: true,
      windowSilences: true,
      muteSilences: true,
      revertTells: true,
      incident: true,
      refusalIsStep: true,
    },
  );
});

test('watchOwn() sees a watch that tells nothing, and one that does not run', async (t) => {
  const blind = await open(t, { blind: true });
  assert.deepEqual([blind.watched, blind.alert, blind.revertTells, blind.incident], [true, null, false, false]);
  assert.equal(blind.refusalIsStep, false);
  for (const log of ['silent', 'open'] as const) assert.equal((await open(t, { log })).refusalIsStep, false, log);
  assert.equal((await open(t, { off: true })).watched, false);
});

test('watchOwn() takes back what it said itself, and nothing that somebody else did meanwhile', async (t) => {
  const books: RuleBook[] = [];
  const meanwhile = async (rules: RuleBook): Promise<void> => {
    books.push(rules);
    const scope = { device: 'pump-1', stream: null, field: null, mostTimes: null };
    const said = { by: 'person:ada', reason: 'maintenance', alert: null };
    await rules.add({ kind: 'window', ...scope, from: 0, until: 1, ...said });
  };
  assert.equal((await open(t, { meanwhile })).muteSilences, true);
  const standing = books[0]!.all.filter(({ reverted }) => reverted === null);
  assert.deepEqual(
    standing.map(({ by }) => by),
    ['person:ada'],
  );
});
