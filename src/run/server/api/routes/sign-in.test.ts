import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';
import type { ApiAnswer, OpenApi } from '../testing.ts';

const RIGHT = 'nine quiet herons';

const signIn = ({ call }: OpenApi, by: 'password' | 'code', body: object): Promise<ApiAnswer> =>
  call('POST', `/v1/sign-in/${by}`, { as: 'nobody', body });

test('an invitation becomes a session, a password becomes one, a new password ends them', async (t) => {
  const api = await openApi(t);
  const invited = await api.call('POST', '/v1/users/invite', { body: { name: 'ada', roles: ['keeper'] } });
  const { code, user } = invited.json() as { code: string; user: { id: string } };
  assert.equal(invited.status, 201);
  const first = (await signIn(api, 'code', { code })).json() as { token: string };
  assert.equal((await signIn(api, 'code', { code })).status, 401, 'a code counts once');
  const self = { as: { token: first.token } };
  const path = `/v1/users/${user.id}/password`;
  const set = await api.call('POST', path, { ...self, body: { password: RIGHT } });
  assert.deepEqual([set.status, set.json()['ended']], [200, 1]);
  assert.equal((await api.call('GET', '/v1/me', self)).status, 401);
  const second = (await signIn(api, 'password', { name: 'ada', password: RIGHT })).json() as { token: string };
  assert.equal((await api.call('GET', '/v1/me', { as: { token: second.token } })).json()['method'], 'password');
  const again = await api.call('POST', '/v1/users/invite', { body: { name: 'ada', roles: [] } });
  assert.equal((await signIn(api, 'code', { code: again.json()['code'] })).status, 201);
});

test('whatever is wrong looks alike from outside, and is told apart in the log', async (t) => {
  const api = await openApi(t);
  const { person } = await api.identity.people.add('ada', ['keeper'], 'test');
  await api.identity.signIn.passwords.set(person.id, RIGHT, 'test');
  const { person: gone } = await api.identity.people.add('eve', ['keeper'], 'test');
  await api.identity.signIn.passwords.set(gone.id, RIGHT, 'test');
  await api.identity.people.disable(gone.id, 'test');
  const answers = new Set<string>();
  for (const [by, body, reason] of [
    ['password', { name: 'ada', password: 'some other words' }, 'wrong'],
    ['password', { name: 'nobody', password: RIGHT }, 'unknown'],
    ['password', { name: 'eve', password: RIGHT }, 'disabled'],
    ['password', { name: '', password: '' }, 'unknown'],
    ['code', { code: 'nonsense' }, 'malformed'],
  ] as const) {
    const answer = await signIn(api, by, body);
    answers.add(`${answer.status} ${answer.text}`);
    assert.deepEqual(api.refused.at(-1), ['192.0.2.7', reason, 'anonymous']);
  }
  assert.equal(answers.size, 1);
});

test('too many attempts are refused whether the account exists or not', async (t) => {
  const api = await openApi(t);
  const { person } = await api.identity.people.add('ada', ['keeper'], 'test');
  await api.identity.signIn.passwords.set(person.id, RIGHT, 'test');
  for (const name of ['ada', 'nobody']) {
    const answers: string[] = [];
    for (let i = 0; i < 11; i++) {
      const { status, headers } = await signIn(api, 'password', { name, password: 'some other words' });
      answers.push(`${status} ${headers['retry-after'] === undefined ? '' : 'later'}`);
    }
    assert.deepEqual(answers, [...Array.from({ length: 10 }, () => '401 '), '429 later']);
  }
});

test('who may administer invites and sets passwords, nobody else does', async (t) => {
  const api = await openApi(t);
  const { token, person } = await api.identity.people.add('ada', ['scientist'], 'test');
  for (const [path, body] of [
    ['/v1/users/invite', { name: 'bob', roles: ['keeper'] }],
    [`/v1/users/${person.id}/password`, { password: RIGHT }],
  ] as const) {
    assert.equal((await api.call('POST', path, { as: { token }, body })).status, 403);
  }
  const operator = await api.call('POST', '/v1/users/invite', { body: { name: 'operator', roles: [] } });
  assert.deepEqual([operator.status, operator.json()['code']], [400, 'IDENTITY_PERSON_INVALID']);
});
