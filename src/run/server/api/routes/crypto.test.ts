import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTestCrypto } from '../../crypto/testing.ts';
import { openApi } from '../testing.ts';

test('GET /v1/crypto and its bill of materials are for those who audit', async (t) => {
  const { read } = await readTestCrypto(t);
  const { call } = await openApi(t, { cryptoInventory: read });
  const answer = await call('GET', '/v1/crypto');
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json()['custody'], 'demo');
  const bom = await call('GET', '/v1/crypto/cbom');
  assert.match(String(bom.headers['content-type']), /^application\/vnd\.cyclonedx\+json; *version="?1\.6/);
  assert.equal(bom.json()['bomFormat'], 'CycloneDX');
  for (const path of ['/v1/crypto', '/v1/crypto/cbom']) {
    assert.equal((await call('GET', path, { as: 'nobody' })).status, 401);
    assert.equal((await call('GET', path, { as: 'device' })).status, 403);
  }
});
