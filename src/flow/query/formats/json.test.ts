import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAll } from '../../../../test/support/encode-result.ts';
import { jsonEncoder, ndjsonEncoder } from './json.ts';

test('jsonEncoder() writes one document with columns, rows and their number', async () => {
  const text = await encodeAll("SELECT i AS n, 'x' || i AS t FROM range(5000) r(i)", (columns) =>
    jsonEncoder(columns, { purpose: 'quality' }),
  );
  const document = JSON.parse(text);
  assert.deepEqual([document.purpose, document.count, document.rows.length], ['quality', 5_000, 5_000]);
  assert.deepEqual(document.columns, [
    { name: 'n', type: 'BIGINT', class: 'operational', unit: 'Cel' },
    { name: 't', type: 'VARCHAR', class: null, unit: null },
  ]);
  assert.deepEqual(document.rows[4_999], { n: 4_999, t: 'x4999' });
});

test('jsonEncoder() writes a whole document for no rows', async () => {
  const text = await encodeAll('SELECT 1 AS a WHERE false', (columns) => jsonEncoder(columns, { purpose: null }));
  assert.deepEqual(JSON.parse(text), {
    purpose: null,
    columns: [{ name: 'a', type: 'INTEGER', class: 'operational', unit: 'Cel' }],
    rows: [],
    count: 0,
  });
});

test('ndjsonEncoder() writes a line per row, each column under a name of its own', async () => {
  const text = await encodeAll(`SELECT 1 AS a, 2 AS a, 3 AS "__proto__", 'a"b' AS "q""q" FROM range(2)`, (columns) =>
    ndjsonEncoder(columns),
  );
  assert.equal(text, '{"a":1,"a:1":2,"__proto__":3,"q\\"q":"a\\"b"}\n'.repeat(2));
});
