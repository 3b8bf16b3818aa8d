import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';
import type { OpenApi } from '../testing.ts';

interface Made {
  readonly user: { readonly id: string; readonly name: string; readonly roles: string[]; readonly status: string };
  readonly token: string;
}

async function addAda({ call }: OpenApi, roles = ['keeper']): Promise<Made> {
  const answer = await call('POST', '/v1/users', { body: { name: 'ada', roles } });
  assert.equal(answer.status, 201);
  return answer.json() as unknown as Made;
}

test('POST /v1/users adds a person whose token works at once', async (t) => {
  const api = await openApi(t);
  const { user, token } = await addAda(api);
  assert.deepEqual([user.name, user.roles, user.status], ['ada', ['keeper'], 'enabled']);
  assert.equal((await api.call('GET', '/v1/users', { as: { token } })).status, 200);
});

test('POST /v1/users refuses names and roles that are none, and a name that is taken', async (t) => {
  const api = await openApi(t);
  await addAda(api);
  const cases: [object, number, string][] = [
    [{ name: 'a b', roles: ['keeper'] }, 400, 'IDENTITY_PERSON_INVALID'],
    [{ name: '_prober', roles: ['keeper'] }, 400, 'IDENTITY_PERSON_INVALID'],
    [{ name: 'bob', roles: ['_prober'] }, 400, 'IDENTITY_ROLE_INVALID'],
    [{ name: 'bob', roles: [] }, 400, 'IDENTITY_ROLE_INVALID'],
    [{ name: 'ada', roles: ['keeper'] }, 409, 'IDENTITY_PERSON_EXISTS'],
  ];
  for (const [body, status, code] of cases) {
    const answer = await api.call('POST', '/v1/users', { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code]);
  }
});

test('GET /v1/users lists people without their tokens', async (t) => {
  const api = await openApi(t);
  const { token } = await addAda(api);
  const answer = await api.call('GET', '/v1/users');
  const { users } = answer.json() as { users: { name: string; kind: string; created: string }[] };
  assert.deepEqual(
    users.map(({ name, kind }) => [name, kind]),
    [
      ['operator', 'operator'],
      ['ada', 'person'],
    ],
  );
  assert.ok(!Number.isNaN(Date.parse(users[1]?.created ?? '')));
  assert.ok(!answer.text.includes(token));
});

test('POST /v1/users/:id/disable ends access at the next request, enable gives it back', async (t) => {
  const api = await openApi(t);
  const { user, token } = await addAda(api);
  const status = async (): Promise<number> => (await api.call('GET', '/v1/users', { as: { token } })).status;
  const disabled = await api.call('POST', `/v1/users/${user.id}/disable`);
  assert.deepEqual([disabled.json()['status'], await status()], ['disabled', 401]);
  const enabled = await api.call('POST', `/v1/users/${user.id}/enable`);
  assert.deepEqual([enabled.json()['status'], await status()], ['enabled', 200]);
});

test('POST /v1/users/:id/token ends the old token', async (t) => {
  const api = await openApi(t);
  const { user, token } = await addAda(api);
  const { token: next } = (await api.call('POST', `/v1/users/${user.id}/token`)).json() as unknown as Made;
  assert.equal((await api.call('GET', '/v1/users', { as: { token } })).status, 401);
  assert.equal((await api.call('GET', '/v1/users', { as: { token: next } })).status, 200);
});

test('people routes need administer, and answer 404 for somebody who is not there', async (t) => {
  const api = await openApi(t);
  const { token, user } = await addAda(api, ['scientist']);
  const body = { name: 'eve', roles: ['keeper'] };
  assert.equal((await api.call('GET', '/v1/users', { as: { token } })).status, 403);
  assert.equal((await api.call('POST', '/v1/users', { as: { token }, body })).status, 403);
  for (const verb of ['disable', 'enable', 'token']) {
    assert.equal((await api.call('POST', `/v1/users/${user.id}/${verb}`, { as: { token } })).status, 403);
    const answer = await api.call('POST', `/v1/users/nobody/${verb}`);
    assert.deepEqual([answer.status, answer.json()['code']], [404, 'IDENTITY_PERSON_UNKNOWN']);
  }
});
