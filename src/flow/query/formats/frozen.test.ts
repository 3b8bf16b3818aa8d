import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { decodeParquet } from '#flow/store/index.ts';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { contentDigestOf } from './frozen-content.ts';
import type { FrozenContent } from './frozen-content.ts';
import { FrozenPieces } from './frozen-piece.ts';
import type { FrozenPiece } from './frozen-piece.ts';
import { digestOfRows } from './part-digest.ts';
import { FrozenEncoder, frozenTypeOf, PIECE_LIMITS } from './frozen.ts';

async function freeze(
  sql: string,
  limits = PIECE_LIMITS,
): Promise<{ content: FrozenContent; pieces: readonly FrozenPiece[] }> {
  let encoder: FrozenEncoder | null = null;
  const bytes = await encodeResult(sql, (columns) => (encoder = new FrozenEncoder(columns, limits)));
  assert.ok(encoder !== null);
  const pieces: FrozenPiece[] = [];
  const reader = new FrozenPieces(async (piece) => void pieces.push(piece));
  for (const part of bytes) await reader.push(part);
  reader.end();
  return { content: (encoder as FrozenEncoder).content, pieces };
}

test('FrozenEncoder writes the store’s own form and commits to the rows', async () => {
  const { content, pieces } = await freeze(
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
  assert.deepEqual([pieces.length, pieces[0]?.least], [1, { w: 1_767_225_600_000_000 }]);
  const { rows, columns } = decodeParquet(pieces[0]!.plain, content.columns);
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
  assert.deepEqual(
    none.pieces.map(({ rows, parts, columns }) => [rows, parts, columns.length]),
    [[0, 0, 1]],
  );
});

test('FrozenEncoder cuts pieces at whole parts, which changes nothing of what is committed to', async () => {
  const sql = "SELECT i::DOUBLE AS n, 'x' || (i % 10) AS t FROM range(200000) r(i)";
  const whole = await freeze(sql);
  for (const limits of [
    { parts: 1, bytes: PIECE_LIMITS.bytes },
    { parts: 9, bytes: 1 },
  ]) {
    const { content, pieces } = await freeze(sql, limits);
    assert.deepEqual(content, whole.content);
    assert.deepEqual(
      pieces.map(({ rows, parts }) => [rows, parts]),
      [
        [65_536, 1],
        [65_536, 1],
        [65_536, 1],
        [3_392, 1],
      ],
    );
    const opened = pieces.map(({ plain, columns }) => decodeParquet(plain, columns));
    assert.deepEqual(
      content.parts,
      opened.map(({ columns, rows }) =>
        digestOfRows(content.columns, { stream: '', template: '', rows, columns }, 0, rows),
      ),
    );
  }
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
