import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemRandom } from '#base/crypto/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { layoutOf } from '../data-directory.ts';
import { openWatch } from './open-watch.ts';

/** What notices under a template, without a process. */
async function open(t: TestContext, template: Template) {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  const { log: audit } = await openAuditLog(t);
  return openWatch({
    layout: layoutOf(join(await temporaryFolder(t), 'data')),
    catalogue,
    sealer: await keys.rowSealer('people'),
    keys,
    audit,
    clock,
    random: systemRandom,
    log: silentLog,
    template: () => template,
    deviceType: async () => null,
    decisions: new DecisionPoint(),
    inventory: { find: () => null, contain: () => Promise.reject(new Error('nobody is to be contained')) },
    segments: await SegmentHost.open(catalogue, keys, clock),
  });
}

const STREAM = 'devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}';

test('openWatch() has no alert, and no process where nothing is to be detected', async (t) => {
  const { alerts, watch } = await open(t, makeTemplate(STREAM));
  watch.begin();
  assert.equal(watch.process, null);
  assert.equal(alerts.total, 0);
});

test('alerts are sent to webhooks where the platform stands, and to no others without a transfer', async (t) => {
  const to = "url: 'http://127.0.0.1:9/', secret: missing";
  const template = makeTemplate(`region: eu\n${STREAM}\nwebhooks: {near: {${to}}, far: {${to}, region: us}}\n`);
  const { alerts, webhooks } = await open(t, template);
  await using _ = webhooks;
  await webhooks.settle();
  const [near, far] = ['near', 'far'].map((name) => webhooks.all.find(({ webhook }) => webhook.name === name)!);
  const [alert] = await alerts.raise([
    {
      id: 'f',
      device: 'd1',
      stream: 's',
      detectors: [],
      start: 1,
      end: 1,
      open: false,
      severity: 'high',
      budget: null,
      baseline: null,
      causes: [],
      nearest: null,
      evidence: [],
      sentence: '',
    },
  ]);
  await eventually(
    () => near!.state.tries,
    (tries) => tries > 0,
  );
  await eventually(
    () => far!.state.after,
    (after) => after === alert!.changed,
  );
  assert.equal(far!.state.tries, 0);
});
