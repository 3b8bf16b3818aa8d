import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';
import type { OpenApi } from '../testing.ts';

/** A program with a role, and a key of it with this scope. */
async function keyFor(
  { identity, call }: OpenApi,
  roles: string[],
  scope: object,
): Promise<{ id: string; secret: string }> {
  const { id } = await identity.people.create('service', `s${crypto.randomUUID().slice(0, 8)}`, roles, 'test');
  const answer = await call('POST', `/v1/users/${id}/api-keys`, { body: { name: 'k', days: 30, ...scope } });
  assert.equal(answer.status, 201, answer.text);
  const { key, secret } = answer.json() as { key: { id: string }; secret: string };
  return { id: key.id, secret };
}

test('a key is made, works at once, is listed without itself, and ends at the next request after it is revoked', async (t) => {
  const api = await openApi(t);
  const { id, secret } = await keyFor(api, ['keeper'], {});
  assert.match(secret, /^weir_key_[0-9A-Za-z]{49}$/);
  assert.equal((await api.call('GET', '/v1/users', { as: { token: secret } })).status, 200);
  const list = await api.call('GET', '/v1/api-keys');
  assert.ok(!list.text.includes(secret.slice(9)));
  const [row] = (list.json() as { keys: { id: string; status: string; lastUsed: string | null }[] }).keys;
  assert.deepEqual([row?.id, row?.status, row?.lastUsed !== null], [id, 'enabled', true]);
  assert.equal((await api.call('POST', `/v1/api-keys/${id}/revoke`, { body: {} })).json()['status'], 'revoked');
  assert.equal((await api.call('GET', '/v1/users', { as: { token: secret } })).status, 401);
  assert.deepEqual(api.refused.at(-1)?.[1], 'revoked');
});

test('a key is good for what it was made for, and for no more than its holder may', async (t) => {
  const api = await openApi(t);
  const narrow = await keyFor(api, ['keeper'], { actions: ['query'], views: ['climate'] });
  const empty = await keyFor(api, ['scientist'], { actions: ['administer'] });
  for (const { secret } of [narrow, empty]) {
    const answer = await api.call('GET', '/v1/users', { as: { token: secret } });
    assert.deepEqual([answer.status, answer.json()['code']], [403, 'POLICY_DENIED']);
  }
  const me = (await api.call('GET', '/v1/me', { as: { token: narrow.secret } })).json();
  assert.deepEqual(me['scope'], { actions: ['query'], views: ['climate'], purposes: null });
  assert.deepEqual([me['method'], me['strength'], me['credential']], ['key', 'bearer', `key:${narrow.id}`]);
});

test('what is no key, or nobody’s, is refused, and makes nothing', async (t) => {
  const api = await openApi(t);
  const { id } = await api.identity.people.create('service', 'loader', ['keeper'], 'test');
  for (const [path, body, status, code] of [
    [`/v1/users/${id}/api-keys`, { name: 'k', days: 0 }, 400, 'API_BODY_INVALID'],
    [`/v1/users/${id}/api-keys`, { name: 'k', days: 30, actions: ['rule'] }, 400, 'API_BODY_INVALID'],
    [`/v1/users/${id}/api-keys`, { name: 'k', days: 30, views: ['a b'] }, 400, 'IDENTITY_API_KEY_INVALID'],
    ['/v1/users/p0/api-keys', { name: 'k', days: 30 }, 404, 'IDENTITY_PERSON_UNKNOWN'],
    ['/v1/api-keys/nothing/revoke', {}, 404, 'IDENTITY_API_KEY_UNKNOWN'],
  ] as const) {
    const answer = await api.call('POST', path, { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code], JSON.stringify(body));
  }
  assert.deepEqual((await api.call('GET', '/v1/api-keys')).json(), { keys: [] });
});
