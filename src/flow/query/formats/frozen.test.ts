import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { decodeParquet } from '#flow/store/index.ts';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { contentDigestOf, FrozenEncoder, frozenTypeOf } from './frozen.ts';
import type { FrozenContent } from './frozen.ts';

async function freeze(sql: string): Promise<{ content: FrozenContent; plain: Uint8Array }> {
  let encoder: FrozenEncoder | null = null;
  const parts = await encodeResult(sql, (columns) => (encoder = new FrozenEncoder(columns)));
  assert.ok(encoder !== null);
  return { content: (encoder as FrozenEncoder).content, plain: Buffer.concat(parts) };
}

test('FrozenEncoder writes the store’s own form and commits to the rows', async () => {
  const { content, plain } = await freeze(
    `SELECT * FROM (VALUES (1.5::DOUBLE, 7::BIGINT, true, 'a', TIMESTAMPTZ '2026-01-01 00:00:00+00'), (NULL, NULL, NULL, NULL, NULL)) r(n, i, b, t, w)`,
  );
  assert.deepEqual(content.parts, [
    sha256Hex('["1.5","7","true","a","2026-01-01T00:00:00Z"]\n[null,null,null,null,null]\n'),
  ]);
  assert.deepEqual(
    content.columns.map(({ type }) => type),
    ['number', 'integer', 'boolean', 'text', 'time'],
  );
  assert.deepEqual([content.columns[0]?.class, content.columns[0]?.unit, content.rows], ['operational', 'Cel', 2]);
  const { rows, columns } = decodeParquet(plain, content.columns);
  assert.equal(rows, 2);
  assert.deepEqual(columns[4]?.data, {
    type: 'time',
    values: Float64Array.of(1_767_225_600_000_000, 0),
    nulls: Uint8Array.of(0, 1),
  });
});

test('FrozenEncoder cuts parts of a stated size, and is the same for the same rows', async () => {
  const sql = "SELECT i::DOUBLE AS n, 'x' || (i % 10) AS t FROM range(70000) r(i)";
  const [one, other] = [await freeze(sql), await freeze(sql)];
  assert.deepEqual([one.content.parts.length, one.content.partRows], [2, 65_536]);
  assert.deepEqual(one, other);
  assert.equal(contentDigestOf(one.content), one.content.digest);
  assert.notEqual(contentDigestOf({ ...one.content, parts: one.content.parts.toReversed() }), one.content.digest);
  const none = await freeze("SELECT 'a' AS t WHERE false");
  assert.deepEqual([none.content.rows, none.content.parts], [0, []]);
});

test('FrozenEncoder refuses what datasets cannot hold', async () => {
  await assert.rejects(freeze('SELECT 9007199254740993::BIGINT AS n'), { code: 'QUERY_UNSUPPORTED' });
  await assert.rejects(freeze('SELECT [1] AS l'), { code: 'QUERY_UNSUPPORTED' });
  assert.deepEqual(['DECIMAL(18,3)', 'HUGEINT', 'UUID', 'DATE', 'BOOLEAN', 'INTEGER[]', 'INTERVAL'].map(frozenTypeOf), [
    'DOUBLE',
    'BIGINT',
    'VARCHAR',
    'TIMESTAMP WITH TIME ZONE',
    'BOOLEAN',
    null,
    null,
  ]);
});
