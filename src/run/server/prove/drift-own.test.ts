import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millis, PROBE_DEVICE, PROBE_STREAM } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { driftFinding, planWatch } from '#watch/detect/index.ts';
import type { KnownBaseline } from '#watch/detect/index.ts';
import { DriftMonitor } from '#watch/drift/index.ts';
import { AlertBook, RuleBook, WATCH_SCHEMA } from '#watch/respond/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys, recordAudit } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { driftOwn } from './drift-own.ts';

/** Real alerts and the real monitor of the prober's stream, with a clock of its own. */
async function open(t: Cleanable, watch: { readonly blind?: boolean; readonly off?: boolean } = {}) {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WATCH_SCHEMA);
  const own = { catalogue, sealer: await keys.rowSealer('people'), audit: recordAudit(), clock };
  const alerts = await AlertBook.open({ ...own, rules: await RuleBook.open(own) });
  const plan = planWatch(
    makeTemplate(
      'devices: { d: {} }\nstreams: { s: { from: d, fields: { v: { type: number } } } }\ndetect: { s: {} }\n',
    ),
  ).get(PROBE_STREAM)!;
  const monitor = new DriftMonitor(plan.drift.fields, plan.drift.rule);
  const publish = async (_topic: string, payloads: readonly string[]) => {
    for (const payload of payloads) {
      clock.advance(millis(50));
      if (watch.blind === true) continue;
      const drifts = monitor.take(
        batchOf(clock.now(), JSON.parse(payload) as { n: number; place: number }),
        'received',
      );
      await alerts.raise(drifts.map((drift) => driftFinding(plan, drift)));
    }
    return payloads.map(() => ({ code: 0, text: null }));
  };
  const baseline = async () => (watch.off === true ? null : ([] as readonly KnownBaseline[]));
  return driftOwn({ publish, alerts, baseline, clock, within: async (ask) => ask() });
}

function batchOf(time: number, reading: { readonly n: number; readonly place: number }): Batch {
  const number = (value: number) => ({ type: 'number', values: Float64Array.of(value), nulls: null }) as const;
  return {
    stream: PROBE_STREAM,
    template: '',
    rows: 1,
    columns: [
      { name: 'device', data: { type: 'text', codes: new Uint32Array(1), dictionary: [PROBE_DEVICE], nulls: null } },
      { name: 'received', data: number(time) },
      { name: 'n', data: number(reading.n) },
      { name: 'place', data: number(reading.place) },
    ],
  };
}

test('driftOwn() sees one alert that names the field, by the real monitor', async (t) => {
  const trial = await open(t);
  assert.deepEqual({ ...trial, sentence: null }, { watched: true, told: 1, fields: ['place'], sentence: null });
  assert.match(trial.sentence ?? '', /^place of _probe has drifted/);
});

test('driftOwn() sees a watch that tells nothing, and one that does not run', async (t) => {
  const blind = await open(t, { blind: true });
  assert.deepEqual([blind.watched, blind.told], [true, 0]);
  assert.equal((await open(t, { off: true })).watched, false);
});
