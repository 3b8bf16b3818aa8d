import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { ShownDomains } from '../tokens/shown-domains.ts';
import { openContinued } from './open-continued.ts';
import type { OpenContinuedParts } from './open-continued.ts';
import { SegmentHost } from './segment-host.ts';

test('openContinued() has identity replay the log to each of the books, in this order', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const { log: audit } = await openAuditLog(t);
  const template = makeTemplate('');
  const held: object[] = [];
  const continuity = { hold: (book: object) => void held.push(book) };
  const { consents, erasures, ledger, transfers, datasetBook } = await openContinued({
    catalogue,
    sealer: await keys.rowSealer('people'),
    keys,
    audit,
    identity: { continuity } as unknown as OpenContinuedParts['identity'],
    segments: await SegmentHost.open(catalogue, keys, systemClock),
    shown: await ShownDomains.open({ keys, template: () => template }),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    template: () => template,
  });
  assert.deepEqual(
    held.map((book) => [consents, erasures, null, ledger, transfers].findIndex((one) => one === book)),
    [0, 1, -1, 3, 4],
  );
  assert.deepEqual([await datasetBook.active(), transfers.inForce(), erasures.template], [[], [], null]);
});
