import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrust } from '../../../test/support/open-trust.ts';

test('after a rotation of the root key the authority signs and the listeners have their key, the old root gone', async (t) => {
  const { identity, keys, reopenIdentity } = await openTrust(t);
  const before = await identity.serverCertificate(['weir.example']);
  const { rewrapped } = await keys.lifecycle.rotate('person:ada', 'root', '');
  // Kept secrets, root and issuing authority, server key.
  assert.ok(rewrapped >= 6, String(rewrapped));
  const roots = (await keys.lifecycle.list()).filter(({ kind }) => kind === 'root');
  assert.deepEqual(
    roots.map(({ version, state, holds }) => [version, state, holds === 0]),
    [
      [1, 'retired', true],
      [2, 'active', false],
    ],
  );
  await keys.lifecycle.destroy('person:ada', 'root', '', 1);
  await identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, 'person:ada');
  const again = await reopenIdentity();
  assert.equal((await again.serverCertificate(['weir.example'])).key, before.key);
  await again.inventory.enrol({ name: 'truck-8', type: 'reefer' }, 'person:ada');
});

test('a root key is not destroyed while an authority needs it', async (t) => {
  const { keys, custody, identity } = await openTrust(t);
  await identity.serverCertificate(['weir.example']);
  // A rotation that stopped before anything was sealed again.
  await custody.rotate();
  await assert.rejects(keys.lifecycle.destroy('person:ada', 'root', '', 1), { code: 'KEYS_VERSION_NEEDED' });
  assert.ok((await keys.lifecycle.settle()) >= 6);
  await keys.lifecycle.destroy('person:ada', 'root', '', 1);
  await identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, 'person:ada');
});
