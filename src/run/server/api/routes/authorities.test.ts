import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

test('authorities are shown and rotated by who administers, and by nobody else', async (t) => {
  const { call, identity } = await openApi(t);
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  for (const [method, route] of [
    ['GET', '/v1/authorities'],
    ['POST', '/v1/authorities/rotate'],
    ['POST', '/v1/authorities/request'],
    ['GET', '/v1/authorities/root/1/index'],
  ] as const) {
    const body = method === 'POST' ? { body: {} } : {};
    assert.equal((await call(method, route, { ...body, as: { token } })).status, 403);
  }
  assert.equal((await call('POST', '/v1/authorities/rotate', { body: {} })).status, 201);
  const shown = await call('GET', '/v1/authorities');
  assert.equal((shown.json()['authorities'] as unknown[]).length, 3);
  const made = await call('POST', '/v1/authorities/request', { body: {} });
  assert.match(String(made.json()['request']), /^-----BEGIN CERTIFICATE REQUEST-----/);
  const refused = await call('POST', '/v1/authorities/import', { body: { certificate: 'x' } });
  assert.deepEqual([refused.status, refused.json()['code']], [400, 'IDENTITY_AUTHORITY_INVALID']);
  const list = '/v1/authorities/root-list';
  assert.equal((await call('POST', list, { body: { list: 'x' }, as: { token } })).status, 403);
  const retire = (role: string, generation: number) =>
    call('POST', '/v1/authorities/retire', { body: { role, generation } });
  assert.equal((await retire('root', 1)).status, 400);
  await identity.issueOperator('test');
  assert.deepEqual((await retire('issuing', 1)).json()['state'], 'retired');
  assert.equal(((await call('GET', '/v1/authorities/root/1/index')).json()['index'] as string).slice(0, 2), 'R\t');
  assert.equal((await call('GET', '/v1/authorities/root/7/index')).status, 400);
  assert.equal((await call('POST', list, { body: { list: 'x' } })).status, 400);
});
