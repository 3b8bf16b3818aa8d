import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import { openBackups } from './open-backups.ts';

test('openBackups() begins with no place that anything was copied to', async (t) => {
  const layout = layoutOf(await temporaryFolder(t));
  await makeDirectories(layout);
  const { catalogue, keys, custody } = await openKeys(t);
  const { log: audit } = await openAuditLog(t);
  const template = makeTemplate('');
  const backups = await openBackups({
    layout,
    catalogue,
    keys,
    custody,
    identity: { deployment: 'd1' },
    objects: await openDirectoryObjects(layout.objects),
    segments: await SegmentHost.open(catalogue, keys, systemClock),
    datasetBook: { active: async () => [], activeIn: async () => [] },
    transfers: { inForce: () => [] },
    flush: async () => {},
    audit,
    auditLog: audit,
    sign: async () => '',
    verifierKeys: async () => [],
    template: () => template,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  assert.deepEqual([await backups.list(), await backups.places(), await backups.trial()], [[], [], []]);
});
