import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from './testing.ts';

test('openApi() tells who asks as the gateway does', async (t) => {
  const { call, identity } = await openApi(t);
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  assert.equal((await call('GET', '/v1/users')).status, 200);
  assert.equal((await call('GET', '/v1/users', { as: { token } })).status, 403);
  assert.equal((await call('GET', '/v1/users', { as: 'device' })).status, 403);
  assert.equal((await call('GET', '/v1/users', { as: 'nobody' })).status, 401);
  assert.equal((await call('GET', '/v1/users', { as: 'past-the-gateway' })).status, 401);
});

test('openApi() answers with 500 where a service is absent, and keeps what was logged', async (t) => {
  const { call, errors } = await openApi(t);
  assert.equal((await call('GET', '/v1/status')).status, 500);
  assert.equal(errors.length, 1);
});
