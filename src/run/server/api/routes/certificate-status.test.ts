import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

test('lists and OCSP are for everybody, with their media types', async (t) => {
  const { call } = await openApi(t);
  for (const path of ['/crl/1.crl', '/crl/1-delta.crl', '/crl/root-1.crl']) {
    const answer = await call('GET', path, { as: 'nobody' });
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/pkix-crl'], path);
  }
  for (const path of [
    '/crl/2.crl',
    '/crl/0.crl',
    '/crl/1',
    '/crl/1.crl.crl',
    '/crl/root-2.crl',
    '/crl/root-1-delta.crl',
    '/crl/%2e%2e',
  ]) {
    assert.equal((await call('GET', path, { as: 'nobody' })).status, 404, path);
  }
  const headers = { 'content-type': 'application/ocsp-request' };
  for (const body of ['', 'nonsense', 'x'.repeat(10_000)]) {
    const answer = await call('POST', '/ocsp', { as: 'nobody', body, headers });
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/ocsp-response']);
    assert.equal(Buffer.from(answer.text, 'latin1').at(-1), 1, 'malformed');
  }
  assert.equal((await call('GET', '/ocsp/MAA=', { as: 'nobody' })).status, 200);
});
