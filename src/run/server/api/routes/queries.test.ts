import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryRequest, Queries } from '../services.ts';
import { openApi } from '../testing.ts';

function recordQueries() {
  const asked: QueryRequest[] = [];
  const described: unknown[] = [];
  const queries: Queries = {
    run: async (_caller, request) => {
      asked.push(request);
      const parts = async function* () {
        yield Buffer.from('x');
      };
      return { contentType: 'text/plain', parts: parts() };
    },
    describe: async ({ subject }, purpose) => {
      described.push([subject.kind, purpose]);
      return [{ name: 'climate' }];
    },
    outcome: (id, subject) => (id === 'q1' && subject.kind === 'operator' ? { state: 'running' } : null),
  };
  return { queries, asked, described };
}

test('POST /v1/query hands on statement, parameters and purpose', async (t) => {
  const { queries, asked } = recordQueries();
  const { call } = await openApi(t, { queries });
  await call('POST', '/v1/query', { body: { sql: 'select 1' } });
  assert.deepEqual(asked.at(-1), { sql: 'select 1', parameters: [], purpose: null, format: 'json', span: null });
  const body = { sql: 'select $a', parameters: { a: [1, null] }, purpose: 'quality' };
  await call('POST', '/v1/query', { body });
  assert.deepEqual(asked.at(-1), { ...body, format: 'json', span: null });
  for (const wrong of [{ sql: '' }, { sql: 1 }, { sql: 'x', parameters: [{}] }, { sql: 'x', purpose: null }]) {
    assert.equal((await call('POST', '/v1/query', { body: wrong })).status, 400);
  }
  assert.equal(asked.length, 2);
});

test('POST /v1/query takes the format by name, else from Accept, else JSON', async (t) => {
  const { queries, asked } = recordQueries();
  const { call } = await openApi(t, { queries });
  const body = { sql: 'select 1' };
  const cases: [string, string, string][] = [
    ['', 'text/csv', 'csv'],
    ['', '*/*', 'json'],
    ['', 'text/html', 'json'],
    ['?format=parquet', 'text/csv', 'parquet'],
  ];
  for (const [query, accept, format] of cases) {
    await call('POST', `/v1/query${query}`, { body, headers: { accept } });
    assert.equal(asked.at(-1)?.format, format);
  }
  const unknown = await call('POST', '/v1/query?format=xlsx', { body });
  assert.deepEqual([unknown.status, unknown.json()['code']], [400, 'API_QUERY_INVALID']);
  assert.match(String(unknown.json()['detail']), /"format".*one of table, csv, json, ndjson, arrow, parquet/);
});

test('GET /v1/views/:view asks with parameters, never with text of the caller in the statement', async (t) => {
  const { queries, asked } = recordQueries();
  const { call } = await openApi(t, { queries });
  const span = 'from=2026-01-01T00:00:00Z&columns=device&limit=2&purpose=quality&format=csv';
  assert.equal((await call('GET', `/v1/views/climate?${span}`)).status, 200);
  assert.deepEqual(asked, [
    {
      sql: 'select "device" from "climate" where "time" >= cast($1 as timestamp with time zone) limit 2',
      parameters: ['2026-01-01T00:00:00Z'],
      purpose: 'quality',
      format: 'csv',
      span: null,
    },
  ]);
  const wrong = await call('GET', '/v1/views/climate%22%20union?columns=device');
  assert.deepEqual([wrong.status, wrong.json()['code']], [404, 'API_VIEW_UNKNOWN']);
});

test('GET /v1/views describes for the caller and purpose', async (t) => {
  const { queries, described } = recordQueries();
  const { call } = await openApi(t, { queries });
  assert.deepEqual((await call('GET', '/v1/views')).json(), { views: [{ name: 'climate' }] });
  await call('GET', '/v1/views?purpose=quality');
  assert.deepEqual(described, [
    ['operator', null],
    ['operator', 'quality'],
  ]);
});

test('GET /v1/queries/:id tells only the one who ran it', async (t) => {
  const { queries } = recordQueries();
  const { call, identity } = await openApi(t, { queries });
  const { token } = await identity.people.add('ada', ['keeper'], 'test');
  assert.deepEqual((await call('GET', '/v1/queries/q1')).json(), { state: 'running' });
  const other = await call('GET', '/v1/queries/q1', { as: { token } });
  assert.deepEqual([other.status, other.json()['code']], [404, 'API_QUERY_UNKNOWN']);
});

test('GET /v1/queries/:id/receipt hands out what the desk has for the caller', async (t) => {
  const shown: string[][] = [];
  const { queries, asked } = recordQueries();
  const show = async (...words: string[]): Promise<string> => {
    shown.push(words);
    return '{"receipt":1}\n';
  };
  const { call } = await openApi(t, { queries, receipts: { show } });
  await call('POST', '/v1/query', { body: { sql: 'select 1', receipt: true } });
  assert.equal(asked[0]?.receipt, true);
  assert.equal((await call('GET', '/v1/queries/q1/receipt')).text, '{"receipt":1}\n');
  assert.deepEqual([shown.length, shown[0]?.[0]], [1, 'q1']);
});
