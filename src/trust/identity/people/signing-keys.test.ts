import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { days, hours } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';

const BY = 'person:p1';
const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' });
const ED25519 = generateKeyPairSync('ed25519').publicKey;

async function start(t: Cleanable) {
  const clock = frozenClock();
  const opened = await openTrust(t, { clock });
  const { people, signIn } = opened.identity;
  const { id } = await people.create('service', 'loader', ['scientist'], BY);
  const register = (key: string, more: { name?: string; life?: number; person?: string } = {}) =>
    signIn.signingKeys.register({ person: id, name: 'k', key, life: days(1), ...more } as never, BY);
  return { ...opened, clock, id, register, keys: signIn.signingKeys };
}

test('register() keeps a public key, for its holder alone, over restarts, until it ends', async (t) => {
  const { clock, id, register, keys, audit, reopenIdentity, identity } = await start(t);
  const key = await register(pemOf(ED25519));
  assert.deepEqual([key.algorithm, key.status, key.person], ['ed25519', 'enabled', id]);
  const p256 = await register(pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey));
  assert.equal(p256.algorithm, 'ecdsa-p256-sha256');
  const spki = ED25519.export({ format: 'der', type: 'spki' }).toString('base64');
  const other = await identity.people.create('service', 'other', ['scientist'], BY);
  const again = (await reopenIdentity()).signIn.signingKeys;
  assert.deepEqual([await again.find(key.id, id), await again.find(key.id, other.id)], [spki, null]);
  assert.equal(await keys.find('nothing', id), null);
  assert.deepEqual(
    audit.events.slice(-3, -1).map(({ action, resource }) => [action, resource]),
    [
      ['issue-key', `signing-key:${key.id}`],
      ['issue-key', `signing-key:${p256.id}`],
    ],
  );
  clock.advance(hours(24));
  assert.deepEqual([await keys.find(key.id, id), (await keys.list())[0]?.status], [null, 'expired']);
});

test('revoke() counts at once', async (t) => {
  const { id, register, keys } = await start(t);
  const key = await register(pemOf(ED25519));
  assert.equal((await keys.revoke(key.id, BY)).status, 'revoked');
  assert.equal(await keys.find(key.id, id), null);
  await assert.rejects(keys.revoke('nothing', BY), { code: 'IDENTITY_SIGNING_KEY_UNKNOWN' });
});

test('register() takes no other keys, names, lives or holders, and a bounded number', async (t) => {
  const { register, keys } = await start(t);
  const { privateKey } = generateKeyPairSync('ed25519');
  for (const key of [
    '',
    'AAAA',
    privateKey.export({ format: 'pem', type: 'pkcs8' }),
    pemOf(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey),
    pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey),
    pemOf(generateKeyPairSync('x25519').publicKey),
    `${pemOf(ED25519)}${pemOf(ED25519)}`,
    pemOf(ED25519).replace(/\n[^-]{8}/, '\n'),
  ]) {
    await assert.rejects(register(key), { code: 'IDENTITY_SIGNING_KEY_INVALID' });
  }
  const good = pemOf(ED25519);
  await assert.rejects(register(good, { name: 'a b' }), { code: 'IDENTITY_SIGNING_KEY_INVALID' });
  await assert.rejects(register(good, { life: days(731) }), { code: 'IDENTITY_SIGNING_KEY_INVALID' });
  await assert.rejects(register(good, { person: 'nobody' }), { code: 'IDENTITY_PERSON_UNKNOWN' });
  for (let i = 0; i < 16; i++) await register(good);
  await assert.rejects(register(good), { code: 'IDENTITY_SIGNING_KEYS_LIMIT' });
  assert.equal((await keys.list()).length, 16);
});
