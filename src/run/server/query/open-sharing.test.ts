import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import { PrivacyLedger } from '#flow/query/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { DatasetBook } from '../datasets/dataset-book.ts';
import { openSharing } from './open-sharing.ts';
import type { OpenSharingParts } from './open-sharing.ts';

test('openSharing() begins with nothing shared, over a catalogue that is opened again too', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  const { log: audit } = await openAuditLog(t);
  const sealer = await keys.rowSealer('people');
  const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}');
  // Nobody asks for anything here: neither queries, consents nor the vault are looked at.
  const datasetBook = await DatasetBook.open(catalogue, sealer);
  const parts = {
    catalogue,
    sealer,
    objects: await openDirectoryObjects(await temporaryFolder(t)),
    keys,
    segments: await SegmentHost.open(catalogue, keys, clock),
    ledger: await PrivacyLedger.open(catalogue, sealer, audit),
    datasetBook,
    decisions: new DecisionPoint(),
    retention: { holds: [] },
    audit,
    clock,
    random: systemRandom,
    log: silentLog,
    template: () => template,
  } as unknown as OpenSharingParts;
  for (const sharing of [await openSharing(parts), await openSharing(parts)]) {
    assert.deepEqual(await sharing.releases.list('ada', true), []);
  }
});
