import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTestCrypto } from './testing.ts';

test('readTestCrypto() reads a real identity, anew at each call', async (t) => {
  const { inventory, identity, read } = await readTestCrypto(t);
  assert.equal(inventory.deployment, identity.deployment);
  await identity.inventory.enrol({ name: 'truck-9', type: 'reefer' }, 'person:operator');
  assert.equal((await read()).devices.total, inventory.devices.total + 1);
});
