import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyOf, openLogged, openStatusWorld } from './testing.ts';

test('openStatusWorld() has certificates that openssl believes', async (t) => {
  const { openssl, serials } = await openStatusWorld(t);
  const text = await openssl('verify', '-CAfile', 'root.pem', '-untrusted', 'issuing.pem', 'a.pem', 'b.pem');
  assert.match(text, /a\.pem: OK\nb\.pem: OK/);
  assert.match(await openssl('x509', '-in', 'a.pem', '-noout', '-serial'), new RegExp(`serial=${serials[0]}`));
});

test('copyOf() puts the tables of identity back as they were', async (t) => {
  const world = await openLogged(t);
  const restore = await copyOf(world);
  await world.identity.inventory.enrol({ name: 'a', type: 'reefer' }, 'test');
  await restore();
  assert.equal((await world.reopenIdentity()).inventory.find('a'), null);
});
