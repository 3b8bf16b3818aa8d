import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

test('sessions are listed and ended; each says itself who it is', async (t) => {
  const api = await openApi(t);
  const { person } = await api.identity.people.add('ada', ['scientist'], 'test');
  const begin = () =>
    api.identity.signIn.sessions.begin({ person, method: 'password', strength: 'bearer', address: '192.0.2.7' });
  const [one, two] = [await begin(), await begin()];
  const me = (await api.call('GET', '/v1/me', { as: { token: one.secret } })).json();
  assert.deepEqual(
    [me['id'], me['roles'], me['method'], me['credential']],
    [person.id, ['scientist'], 'password', `session:${one.session.id}`],
  );
  const { sessions } = (await api.call('GET', '/v1/sessions')).json() as {
    sessions: { id: string; address: string }[];
  };
  assert.deepEqual(sessions.map(({ id }) => id).sort(), [one.session.id, two.session.id].sort());
  assert.equal((await api.call('POST', `/v1/sessions/${one.session.id}/revoke`, { body: {} })).status, 200);
  assert.equal((await api.call('GET', '/v1/me', { as: { token: one.secret } })).status, 401);
  assert.equal(
    (await api.call('POST', '/v1/me/sign-out', { as: { token: two.secret }, body: {} })).json()['ended'],
    true,
  );
  assert.equal((await api.call('GET', '/v1/me', { as: { token: two.secret } })).status, 401);
  assert.equal((await api.call('POST', '/v1/sessions/nothing/revoke', { body: {} })).status, 404);
});

test('signing out without a session ends nothing, and nobody sees or ends sessions of others', async (t) => {
  const api = await openApi(t);
  const { token } = await api.identity.people.add('ada', ['scientist'], 'test');
  assert.equal((await api.call('POST', '/v1/me/sign-out', { as: { token }, body: {} })).json()['ended'], false);
  assert.equal((await api.call('GET', '/v1/me', { as: { token } })).status, 200);
  assert.equal((await api.call('GET', '/v1/sessions', { as: { token } })).status, 403);
  assert.equal((await api.call('POST', '/v1/sessions/x/revoke', { as: { token }, body: {} })).status, 403);
  assert.equal((await api.call('GET', '/v1/me', { as: 'nobody' })).status, 401);
});
