import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import { openRetention } from './open-retention.ts';
import type { OpenRetentionParts } from './open-retention.ts';
import { SegmentHost } from './segment-host.ts';

test('openRetention() asks of what starts later only once it is needed', async (t) => {
  const layout = layoutOf(await temporaryFolder(t));
  await makeDirectories(layout);
  const { catalogue, keys, audit } = await openKeys(t);
  const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}');
  const asked: string[] = [];
  let started = false;
  const later =
    <T>(part: object) =>
    (): T => {
      assert.ok(started);
      return part as T;
    };
  const { retention, refusedKeep } = await openRetention({
    layout,
    catalogue,
    keys,
    segments: await SegmentHost.open(catalogue, keys, systemClock),
    objects: await openDirectoryObjects(layout.objects),
    datasetBook: { active: async () => [] } as unknown as OpenRetentionParts['datasetBook'],
    shown: { storedCondition: (_stream, condition) => condition },
    audit,
    clock: systemClock,
    random: systemRandom,
    template: () => template,
    sign: async () => '',
    discarded: async () => [],
    reachCopies: async () => [],
    store: later({ useHolds: async () => void asked.push('store') }),
    gateway: later({ turnFiles: async () => void asked.push('gateway') }),
    queries: later({ own: { requireCondition: async () => void asked.push('queries') } }),
    log: silentLog,
  });
  assert.deepEqual([retention.holds, await refusedKeep.expire()], [[], 0]);
  started = true;
  const about = { stream: 's', from: null, to: null, where: 'x > 1', reason: 'a lawsuit', owner: 'legal' };
  await retention.hold('person:p1', about);
  assert.deepEqual(asked, ['queries', 'store']);
  assert.equal(retention.holds.length, 1);
});
