import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { ResultColumn, ResultEncoder } from '../execute/result.ts';
import { arrowEncoder } from './arrow.ts';
import { csvEncoder } from './csv.ts';
import { jsonEncoder, ndjsonEncoder } from './json.ts';
import { digestOfResult } from './read-result.ts';
import { ResultDigest } from './result-digest.ts';

const NOTES = { purpose: null };
const ENCODERS: Readonly<Record<string, (columns: readonly ResultColumn[]) => ResultEncoder>> = {
  csv: csvEncoder,
  json: (columns) => jsonEncoder(columns, NOTES),
  ndjson: ndjsonEncoder,
  arrow: (columns) => arrowEncoder(columns, NOTES),
};

/** Every type that readings have, with what is awkward about each, and types that statements make of them. */
const SQL = `SELECT * FROM (VALUES
  ('a,"b"', 4.5::DOUBLE, 9007199254740993::BIGINT, true, TIMESTAMPTZ '2026-01-02 03:04:05.678901+00', 1.50::DECIMAL(18,2), 2::HUGEINT),
  ('', 'nan'::DOUBLE, -1::BIGINT, false, TIMESTAMPTZ '1969-12-31 23:59:59+00', -0.05::DECIMAL(18,2), 3::HUGEINT),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (E'line\\nend é', 1e300::DOUBLE, 0::BIGINT, NULL, TIMESTAMPTZ '2026-06-01 00:00:00+00', 0::DECIMAL(18,2), -170141183460469231731687303715884105727::HUGEINT)
) t("1", n, i, b, t, d, g)`;
const COLUMNS = ['1', 'n', 'i', 'b', 't', 'd', 'g'];

/** The digest as the executor makes it, from the engine's own values. */
async function digestOf(sql: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const digest = new ResultDigest();
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    digest.chunk(chunk);
  connection.closeSync();
  instance.closeSync();
  return digest.hex();
}

test('digestOfResult() is the same from every format', async (t) => {
  const folder = await temporaryFolder(t);
  const expected = await digestOf(SQL);
  for (const format of ['csv', 'json', 'ndjson', 'arrow'] as const) {
    const bytes = Buffer.concat(await encodeResult(SQL, ENCODERS[format]!));
    assert.equal(await digestOfResult({ path: '', bytes, format, columns: COLUMNS }), expected, format);
  }
  const path = join(folder, "it's.parquet");
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  // As the executor writes it: names once each, 128-bit integers as decimals.
  await connection.run(
    `COPY (SELECT * REPLACE (CAST(g AS DECIMAL(38, 0)) AS g) FROM (${SQL}) r(a, b, c, d, e, f, g)) TO '${path.replace("'", "''")}'`.replace(
      '-170141183460469231731687303715884105727',
      '-5',
    ),
  );
  connection.closeSync();
  instance.closeSync();
  const small = SQL.replace('-170141183460469231731687303715884105727', '-5');
  const kept = { path, bytes: new Uint8Array(), format: 'parquet', columns: COLUMNS } as const;
  assert.equal(await digestOfResult(kept), await digestOf(small));
});

test('digestOfResult() tells a changed row, and refuses what it cannot read', async () => {
  const csv = (text: string) =>
    digestOfResult({ path: '', bytes: Buffer.from(text), format: 'csv', columns: ['a', 'b'] });
  assert.notEqual(await csv('a,b\r\n1,2\r\n'), await csv('a,b\r\n1,3\r\n'));
  assert.notEqual(await csv('a,b\r\n1,""\r\n'), await csv('a,b\r\n1,\r\n'));
  await assert.rejects(csv('a,b\r\n1,"2\r\n'), { code: 'QUERY_FAILED' });
  const other = (format: 'table' | 'json' | 'arrow') =>
    digestOfResult({ path: '', bytes: Buffer.from('x'), format, columns: ['a'] });
  await assert.rejects(other('table'), { code: 'QUERY_UNSUPPORTED' });
  await assert.rejects(other('json'), { code: 'QUERY_FAILED' });
  await assert.rejects(other('arrow'), { code: 'QUERY_FAILED' });
  const interval = Buffer.concat(
    await encodeResult("SELECT INTERVAL '1' DAY AS a", (columns) => arrowEncoder(columns, NOTES)),
  );
  const unsupported = digestOfResult({ path: '', bytes: interval, format: 'arrow', columns: ['a'] });
  await assert.rejects(unsupported, { code: 'QUERY_UNSUPPORTED' });
  const lines = Buffer.from('{"b":1}\n');
  await assert.rejects(digestOfResult({ path: '', bytes: lines, format: 'ndjson', columns: ['a'] }), {
    code: 'QUERY_FAILED',
  });
});
