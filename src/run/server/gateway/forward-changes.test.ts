import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { DirectoryUpdate } from './contract.ts';
import { forwardChanges } from './forward-changes.ts';

test('forwardChanges() sends what one revocation changes as one message, keys among it', async (t) => {
  const { identity } = await openTrust(t);
  for (const name of ['a', 'b']) await identity.inventory.enrol({ name, type: 'reefer' }, 'person:p1');
  const updates: DirectoryUpdate[] = [];
  const end = forwardChanges(identity, (update) => updates.push(update));
  await identity.revocations.revoke({ kind: 'type', type: 'reefer' }, 'unspecified', 'person:p1');
  assert.equal(updates.length, 1);
  assert.deepEqual(
    updates[0]?.changes.map(({ device: { name, status } }) => [name, status]),
    [
      ['a', 'revoked'],
      ['b', 'revoked'],
    ],
  );
  assert.equal(updates[0]?.revoked.length, 2 * 16);
  end();
  await identity.inventory.enrol({ name: 'c', type: 'reefer' }, 'person:p1');
  assert.equal(updates.length, 1);
});
