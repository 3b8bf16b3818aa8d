import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { PEER_HEADER } from '../caller.ts';
import { openApi } from '../testing.ts';

test('a program gets an account, then a certificate by which it is known', async (t) => {
  const api = await openApi(t);
  const made = await api.call('POST', '/v1/services', { body: { name: 'loader', roles: ['keeper'] } });
  const { user } = made.json() as { user: { id: string; kind: string } };
  assert.deepEqual([made.status, user.kind], [201, 'service']);
  const answer = await api.call('POST', `/v1/services/${user.id}/certificate`, { body: { days: 30 } });
  const { certificate, key } = answer.json() as { certificate: string; key: string };
  assert.match(key, /PRIVATE KEY/);
  const { serialNumber: serial } = new X509Certificate(certificate);
  const as = async (over: object) => {
    const peer = { kind: 'client', name: 'loader', serial, address: '192.0.2.7', listener: 'https', ...over };
    return api.call('GET', '/v1/me', { as: 'past-the-gateway', headers: { [PEER_HEADER]: JSON.stringify(peer) } });
  };
  const me = (await as({})).json();
  assert.deepEqual([me['id'], me['kind'], me['method'], me['strength']], [user.id, 'service', 'certificate', 'bound']);
  assert.equal((await as({ serial: 'AB' })).status, 401, 'a certificate that was never given');
  await api.call('POST', `/v1/users/${user.id}/disable`, { body: {} });
  assert.equal((await as({})).status, 401);
});

test('people get no certificate of a program, and what does not fit is refused', async (t) => {
  const api = await openApi(t);
  const { person } = await api.identity.people.add('ada', ['keeper'], 'test');
  for (const [path, body, status, code] of [
    [`/v1/services/${person.id}/certificate`, { days: 30 }, 400, 'IDENTITY_PERSON_INVALID'],
    ['/v1/services/p0/certificate', { days: 30 }, 404, 'IDENTITY_PERSON_UNKNOWN'],
    ['/v1/services', { name: 'x y', roles: ['keeper'] }, 400, 'IDENTITY_PERSON_INVALID'],
    ['/v1/services', { name: 'ada', roles: ['keeper'] }, 409, 'IDENTITY_PERSON_EXISTS'],
    ['/v1/services', { name: 'loader', roles: ['emperor'] }, 400, 'IDENTITY_ROLE_INVALID'],
  ] as const) {
    const answer = await api.call('POST', path, { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code]);
  }
});
