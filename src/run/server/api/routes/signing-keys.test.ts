import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

test('/v1/signing-keys registers, lists and revokes public keys, for those who administer', async (t) => {
  const { call, identity } = await openApi(t);
  const { person, token } = await identity.people.add('ada', ['scientist'], 'test');
  const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' });
  const path = `/v1/users/${person.id}/signing-keys`;
  const made = await call('POST', path, { body: { name: 'k', key, days: 30 } });
  assert.equal(made.status, 201);
  const { id } = made.json();
  assert.partialDeepStrictEqual(made.json(), { user: person.id, algorithm: 'ed25519', status: 'enabled' });
  assert.equal(JSON.stringify((await call('GET', '/v1/signing-keys')).json()['keys']), `[${made.text.trim()}]`);
  assert.equal((await call('POST', `/v1/signing-keys/${String(id)}/revoke`)).json()['status'], 'revoked');
  for (const [route, body, status, code] of [
    [path, { name: 'k', key: 'x', days: 30 }, 400, 'IDENTITY_SIGNING_KEY_INVALID'],
    [path, { name: 'k', key }, 400, 'API_BODY_INVALID'],
    ['/v1/users/none/signing-keys', { name: 'k', key, days: 30 }, 404, 'IDENTITY_PERSON_UNKNOWN'],
    ['/v1/signing-keys/none/revoke', undefined, 404, 'IDENTITY_SIGNING_KEY_UNKNOWN'],
  ] as const) {
    const answer = await call('POST', route, { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code]);
  }
  // Whoever has a token must not be able to bring a key of their own.
  const own = await call('POST', path, { as: { token }, body: { name: 'k', key, days: 30 } });
  assert.deepEqual([own.status, own.json()['code']], [403, 'POLICY_DENIED']);
});
