import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingId } from '#watch/detect/index.ts';
import type { Finding } from '#watch/detect/index.ts';
import { AlertBook, RuleBook, WATCH_SCHEMA } from '#watch/respond/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys, recordAudit } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { TamperAnswers } from './tamper-answers.ts';

const TEMPLATE = makeTemplate(
  'devices: { truck: { tampering: { case-open: cut } } }\nstreams: { s: { from: truck, fields: { t: { type: number } } } }\n',
);

function opened(start: number, kind = 'case-open'): Finding {
  return {
    id: findingId('truck-3', 's', kind, start),
    device: 'truck-3',
    stream: 's',
    violates: { kind, rule: 'its case was opened' },
    detectors: [{ name: kind, score: 5, limit: 1, readings: 1 }],
    start,
    end: start,
    open: true,
    severity: 'high',
    budget: null,
    baseline: null,
    causes: [],
    nearest: null,
    evidence: [],
    sentence: 'truck-3: its case was opened',
  };
}

/** Real alerts; `crash` makes containing fail, as a crash in between does. */
async function world(t: Cleanable) {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WATCH_SCHEMA);
  const sealer = await keys.rowSealer('people');
  const own = { catalogue, sealer, audit: recordAudit(), clock };
  const rules = await RuleBook.open(own);
  const alerts = await AlertBook.open({ ...own, rules });
  const state = { crash: false, contained: 0 };
  const parts = {
    ...own,
    alerts,
    log: silentLog,
    template: () => TEMPLATE,
    inventory: {
      find: () => {
        if (state.crash) throw new Error('the process is gone');
        return { name: 'truck-3', type: 'truck' } as never;
      },
      contain: async () => {
        state.contained += 1;
        return {} as never;
      },
    },
  };
  return { state, open: () => TamperAnswers.open(parts), alerts, rules };
}

test('TamperAnswers contains what goes on beyond the time in which it was expected', async (t) => {
  const { state, open, rules } = await world(t);
  const answers = await open();
  const scope = { device: 'truck-3', stream: null, field: null, mostTimes: null };
  await rules.add({ kind: 'window', ...scope, from: 0, until: 5_000, by: 'person:x', reason: null, alert: null });
  await answers.raise([opened(1_000)]);
  assert.equal(state.contained, 0);
  await answers.raise([{ ...opened(1_000), end: 9_000 }]);
  assert.equal(state.contained, 1);
  await answers.raise([{ ...opened(1_000), end: 10_000 }]);
  await open();
  assert.equal(state.contained, 1);
});

test('TamperAnswers contains what is tampered with, once, and owes nothing afterwards', async (t) => {
  const { state, open } = await world(t);
  const answers = await open();
  await answers.raise([opened(1_000)]);
  await answers.raise([opened(1_000), opened(5_000, 'physics')]);
  assert.equal(state.contained, 1);
  await open();
  assert.equal(state.contained, 1);
});

test('TamperAnswers answers at the next start, or with the next finding, what was raised and not answered', async (t) => {
  const { state, open, alerts } = await world(t);
  const answers = await open();
  state.crash = true;
  await assert.rejects(answers.raise([opened(1_000)]));
  assert.deepEqual([alerts.total, state.contained], [1, 0]);
  state.crash = false;
  await open();
  assert.equal(state.contained, 1);

  state.crash = true;
  await assert.rejects(answers.raise([opened(9_000)]));
  state.crash = false;
  // The same finding again is no news, as when the journal is read once more.
  await answers.raise([opened(9_000)]);
  assert.equal(state.contained, 2);
});

test('TamperAnswers owes nothing of alerts from before it was there', async (t) => {
  const { state, open, alerts } = await world(t);
  await alerts.raise([opened(1_000)]);
  await open();
  assert.equal(state.contained, 0);
});
