import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { openCounts } from './open-counts.ts';

const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}');

test('openCounts() finds again what was counted when the counts before were closed', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const { log: audit } = await openAuditLog(t);
  const sealer = await keys.rowSealer('people');
  const owed = { appendLate: async (event: AuditEvent) => void (await audit.append(event)) };
  const parts = { catalogue, sealer, audit, owed, log: silentLog, template: () => template };
  const refused = [{ device: 'a', stream: 's', reason: 'range', count: 2 }];
  {
    await using counts = await openCounts(parts);
    await counts.refusals.note(refused, 61_000_000);
  }
  await using again = await openCounts(parts);
  assert.deepEqual(await again.refusals.rows(), [[60_000_000, 's', 'a', 'range', 2]]);
  assert.equal(await again.tokens.since('a', 0), 0);
});
