import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { parquetEncoder } from './parquet.ts';

const SQL = `SELECT i::DOUBLE / 3 AS n, i AS i, i % 2 = 0 AS b, CASE WHEN i % 3 > 0 THEN 'x' || (i % 3) END AS t,
  make_timestamptz(1767225600000000 + i::BIGINT * 1000) AS w FROM range(200000) r(i)`;

test('parquetEncoder() writes row groups as rows come, and DuckDB reads the same rows', async (t) => {
  const notes = { purpose: 'care', dataset: 'rides@1', digest: 'ab' };
  const parts = await encodeResult(SQL, (columns) => parquetEncoder(columns, notes));
  assert.ok(parts.filter(({ length }) => length > 0).length > 3, 'it goes out in parts');
  const file = path.join(await temporaryFolder(t), 'rows.parquet');
  await writeFile(file, Buffer.concat(parts));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  t.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  assert.deepEqual(await read(`(FROM '${file}' EXCEPT ALL ${SQL}) UNION ALL (${SQL} EXCEPT ALL FROM '${file}')`), []);
  assert.deepEqual(await read(`SELECT count(DISTINCT row_group_id) FROM parquet_metadata('${file}')`), [['4']]);
  const facts = await read(`SELECT decode(key), decode(value) FROM parquet_kv_metadata('${file}')`);
  assert.deepEqual(new Map(facts as [string, string][]).get('weir.dataset'), 'rides@1');
  const none = await encodeResult('SELECT 1::DOUBLE AS n WHERE false', (columns) => parquetEncoder(columns, notes));
  await writeFile(file, Buffer.concat(none));
  assert.deepEqual(await read(`SELECT count(n) FROM '${file}'`), [['0']]);
});
