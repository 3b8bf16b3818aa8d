import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '#base/crypto/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { layoutOf } from '../data-directory.ts';
import { openWatch } from './open-watch.ts';

test('openWatch() has no alert, and no process where nothing is to be detected', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  const { log: audit } = await openAuditLog(t);
  const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}');
  const { alerts, watch } = await openWatch({
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
    inventory: { find: () => null, contain: () => Promise.reject(new Error('nobody is to be contained')) },
    segments: await SegmentHost.open(catalogue, keys, clock),
  });
  watch.begin();
  assert.equal(watch.process, null);
  assert.equal(alerts.total, 0);
});
