import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { SubjectRequest } from '#assure/privacy/index.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

const REQUEST: SubjectRequest = {
  id: 'r1',
  kind: 'erase',
  state: 'open',
  received: micros(0),
  due: micros(1_000_000),
  finished: null,
  certificate: null,
  person: 'ab12',
  again: 'refuse',
  places: [{ relation: 's', kind: 'stream', column: 'who', type: 'text', domain: null, values: ['ada'], digests: [] }],
  problem: null,
  rewritten: null,
  erased: { segments: 4 },
};

/** Stands in for the keeper, which is tested by itself. */
const asked: unknown[] = [];
const rights = {
  find: async (...words: unknown[]) => (asked.push(words), { person: 'ab12', found: [{ where: 'segments', relation: 's', count: 4 }], backups: [], kept_nowhere: [] }), // prettier-ignore
  erase: async (...words: unknown[]) => (asked.push(words), REQUEST),
  rectify: async (...words: unknown[]) => (asked.push(words), { ...REQUEST, kind: 'rectify', state: 'open' }),
  restrict: async (...words: unknown[]) => (asked.push(words), { ...REQUEST, kind: 'restrict', state: 'standing' }),
  lift: async () => ({ ...REQUEST, kind: 'restrict', state: 'lifted' }),
  export: async () => ({ format: 'weir.subject-export', version: 1, at: '2026-01-01T00:00:00Z', relations: [] }),
  requests: [REQUEST, { ...REQUEST, id: 'r9', state: 'done', certificate: 'c9' }],
} as unknown as Services['rights'];

test('who may erase finds a person, erases, and sees requests, which name nobody', async (t) => {
  const { call, identity } = await openApi(t, { rights });
  const { token } = await identity.people.add('dpo', ['keeper'], 'person:x');
  const as = { token };
  const found = await call('POST', '/v1/subjects/find', { as, body: { subject: 'ada' } });
  assert.deepEqual([found.status, found.json()['found']], [200, [{ where: 'segments', relation: 's', count: 4 }]]);
  const erased = await call('POST', '/v1/subjects/erase', { as, body: { subject: 'ada' } });
  assert.deepEqual([erased.status, erased.json()['due'], erased.json()['erased']], [202, '1970-01-01T00:00:01Z', { segments: 4 }]); // prettier-ignore
  assert.equal((asked.at(-1) as unknown[])[2], 'refuse');
  const listed = await call('GET', '/v1/subject-requests', { as });
  assert.ok(listed.status === 200 && !listed.text.includes('ada'), listed.text);
  assert.equal((await call('GET', '/v1/subject-requests/r1', { as })).json()['id'], 'r1');
  assert.equal((await call('GET', '/v1/subject-requests/r2', { as })).json()['code'], 'SERVER_REQUEST_UNKNOWN');
  assert.equal((await call('POST', '/v1/subjects/find', { as, body: { subject: 'a'.repeat(4_096) } })).status, 200);
  assert.equal((await call('POST', '/v1/subjects/erase', { as, body: { subject: '', again: 'maybe' } })).status, 400);
});

test('who may erase gets the certificate of a request, once there is one', async (t) => {
  const retention = {
    certificate: async (id: string) => `signed ${id}`,
    addenda: async (id: string) => [{ id: 'a1', at: 0, text: `added to ${id}` }],
  } as unknown as Services['retention'];
  const { call, identity } = await openApi(t, { rights, retention });
  const { token } = await identity.people.add('dpo', ['keeper'], 'person:x');
  const as = { token };
  const given = await call('GET', '/v1/subject-requests/r9/certificate', { as });
  const addenda = [{ id: 'a1', at: '1970-01-01T00:00:00Z', addendum: 'added to c9' }];
  assert.deepEqual(given.json(), { id: 'c9', certificate: 'signed c9', addenda });
  const early = await call('GET', '/v1/subject-requests/r1/certificate', { as });
  assert.equal(early.json()['code'], 'API_CERTIFICATE_UNKNOWN');
  assert.equal((await call('GET', '/v1/subject-requests/r9/certificate')).status, 403);
});

test('who may erase restricts, lifts and exports', async (t) => {
  const { call, identity } = await openApi(t, { rights });
  const { token } = await identity.people.add('dpo', ['keeper'], 'person:x');
  const as = { token };
  const body = { subject: 'ada' };
  assert.equal((await call('POST', '/v1/subjects/restrict', { as, body })).json()['state'], 'standing');
  assert.equal((await call('POST', '/v1/subject-requests/r1/lift', { as, body: {} })).json()['state'], 'lifted');
  assert.deepEqual((await call('POST', '/v1/subjects/export', { as, body })).json()['relations'], []);
  assert.equal((await call('POST', '/v1/subjects/export', { body })).status, 403);
});

test('who may erase corrects readings, of a span of time where one is given', async (t) => {
  const { call, identity } = await openApi(t, { rights });
  const { token } = await identity.people.add('dpo', ['keeper'], 'person:x');
  const as = { token };
  const body = { subject: 'ada', stream: 'trips', set: { speed: 4.5, town: null }, from: '1970-01-01T00:00:01Z' };
  const corrected = await call('POST', '/v1/subjects/rectify', { as, body });
  assert.deepEqual([corrected.status, corrected.json()['kind']], [202, 'rectify']);
  const { subject: _, ...change } = body;
  assert.deepEqual((asked.at(-1) as unknown[]).slice(1), ['ada', { ...change, from: 1_000_000, to: null }]);
  const wrong = await call('POST', '/v1/subjects/rectify', { as, body: { ...body, to: 'tomorrow' } });
  assert.deepEqual([wrong.status, wrong.json()['code']], [400, 'SERVER_SUBJECT_INVALID']);
  assert.equal((await call('POST', '/v1/subjects/rectify', { body })).status, 403);
});

test("the operator's own credential finds and erases nobody", async (t) => {
  const { call } = await openApi(t, { rights });
  for (const [method, path] of [
    ['POST', '/v1/subjects/find'],
    ['POST', '/v1/subjects/erase'],
    ['GET', '/v1/subject-requests'],
  ] as const)
    // prettier-ignore
    assert.equal((await call(method, path, method === 'POST' ? { body: { subject: 'ada' } } : {})).status, 403);
});
