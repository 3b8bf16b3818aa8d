import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days } from '#base/core/index.ts';
import { openTrust } from '../../../test/support/open-trust.ts';

test('issued() lists what counts, the newest first, and tells how many there are', async (t) => {
  const { identity } = await openTrust(t);
  await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'person:operator');
  const { device } = await identity.inventory.enrol({ name: 'truck-2', type: 'reefer' }, 'person:operator');
  await identity.issueClient('operator', days(1), 'person:operator');
  const all = await identity.issued(10);
  assert.deepEqual(
    all.certificates.filter(({ holder_kind: kind }) => kind !== 'server').map(({ holder }) => holder),
    ['operator', 'truck-2', 'truck-1'],
  );
  assert.equal(all.total, all.certificates.length);
  const few = await identity.issued(1);
  assert.deepEqual([few.certificates.length, few.total], [1, all.total]);
  await identity.revocations.revoke({ kind: 'device', name: 'truck-2' }, 'keyCompromise', 'person:operator');
  const left = await identity.issued(10);
  assert.ok(!left.certificates.some(({ serial }) => device.serials.includes(serial)));
});
