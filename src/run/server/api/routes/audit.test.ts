import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { verifyEntryProof } from '#trust/audit/index.ts';
import { openAuditLog, testEvent } from '../../../../../test/support/open-audit-log.ts';
import { auditReader } from '../../control/audit-reader.ts';
import { openApi } from '../testing.ts';
import type { OpenApi } from '../testing.ts';

async function open(t: Parameters<typeof openApi>[0], entries = 3) {
  const { log, keys } = await openAuditLog(t);
  for (let i = 0; i < entries; i++) await log.append(testEvent(i));
  await log.flush();
  const api = await openApi(t, { auditReader: auditReader(log) });
  return { api, keys };
}

async function indexes(api: OpenApi, query: string): Promise<readonly unknown[]> {
  const { status, json } = await api.call('GET', `/v1/audit/entries${query}`);
  assert.equal(status, 200);
  return (json()['entries'] as { index: number }[]).map(({ index }) => index);
}

test('GET /v1/audit/checkpoint, tile and keys are for everybody; entries are not', async (t) => {
  const { api } = await open(t);
  const as = 'nobody';
  const checkpoint = await api.call('GET', '/v1/audit/checkpoint', { as });
  assert.deepEqual([checkpoint.status, checkpoint.text.split('\n')[1]], [200, '3']);
  assert.equal((await api.call('GET', '/v1/audit/tile/0/000.p/3', { as })).status, 200);
  assert.equal((await api.call('GET', '/v1/audit/keys', { as })).status, 200);
  assert.equal((await api.call('GET', '/v1/audit/tile/entries/000.p/3', { as })).status, 401);
  assert.equal((await api.call('GET', '/v1/audit/tile/entries/000.p/3')).status, 200);
});

test('GET /v1/audit/tile/* reaches nothing but tiles, however the path is written', async (t) => {
  const { api } = await open(t);
  for (const path of [
    'tile/0/000',
    'tile/8/000',
    'tile/..%2fqueue',
    'tile/../queue',
    'tile/%2e%2e/lock',
    'tile//entries/000.p/3',
    'tile/0/000.p/3%00',
    'tile/entries%2f000.p%2f3',
    'tile/',
  ]) {
    const { status } = await api.call('GET', `/v1/audit/${path}`, { as: 'nobody' });
    assert.ok(status === 404 || status === 401, `${path}: ${status}`);
  }
  const { json } = await api.call('GET', '/v1/audit/tile/0/000', { as: 'nobody' });
  assert.equal(json()['code'], 'API_ENTRY_UNKNOWN');
});

test('GET /v1/audit/entries gives a page from an index on, within bounds', async (t) => {
  const { api } = await open(t, 5);
  assert.deepEqual(await indexes(api, ''), [0, 1, 2, 3, 4]);
  assert.deepEqual(await indexes(api, '?from=3'), [3, 4]);
  assert.deepEqual(await indexes(api, '?from=1&limit=2'), [1, 2]);
  assert.deepEqual(await indexes(api, '?from=99'), []);
  for (const query of ['from=-1', 'from=x', 'from=1.5', 'from=1e400', 'limit=-5', 'limit=1001']) {
    const answer = await api.call('GET', `/v1/audit/entries?${query}`);
    assert.deepEqual([answer.status, answer.json()['code']], [400, 'API_QUERY_INVALID'], query);
  }
});

test('GET /v1/audit/proof/:index gives a proof that verifies without the log', async (t) => {
  const { api, keys } = await open(t);
  const { status, text } = await api.call('GET', '/v1/audit/proof/1');
  assert.equal(status, 200);
  const proven = verifyEntryProof(text, { logKeys: keys });
  assert.equal(proven.index, 1);
  assert.ok(proven.entry.length > encodeUtf8('{}').length);
});

test('GET /v1/audit/proof/:index tells where there is no such entry', async (t) => {
  const { api } = await open(t);
  for (const [index, code] of [
    ['3', 'AUDIT_ENTRY_MISSING'],
    ['999999999999999', 'AUDIT_ENTRY_MISSING'],
    ...['-1', 'x', '1.5', '1e1', '0x1', ''].map((text) => [text, 'API_ENTRY_UNKNOWN'] as const),
  ] as const) {
    const { status, json } = await api.call('GET', `/v1/audit/proof/${index}`);
    assert.deepEqual([status, json()['code']], [404, code], index);
  }
});
