import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { decodeParquet } from '#flow/store/index.ts';
import { encodeResult } from '../../../../test/support/encode-result.ts';
import { checkPiece } from './check-piece.ts';
import { FrozenPieces } from './frozen-piece.ts';
import type { MadePiece } from './frozen-piece.ts';
import { FrozenEncoder, frozenTypeOf, PIECE_LIMITS } from './frozen.ts';

/** The pieces of a statement, and rows and digests of all their parts. */
async function freeze(sql: string, limits = PIECE_LIMITS) {
  const bytes = await encodeResult(sql, (columns) => new FrozenEncoder(columns, limits));
  const pieces: MadePiece[] = [];
  const reader = new FrozenPieces(async (piece) => void pieces.push(piece));
  for (const part of bytes) await reader.push(part);
  reader.end();
  const checked = pieces.map(({ plain, columns }) => checkPiece(plain, columns));
  return { pieces, checked, digests: checked.flatMap(({ digests }) => digests) };
}

test('FrozenEncoder writes the store’s own form and commits to the rows', async () => {
  const { pieces, digests } = await freeze(
    `SELECT * FROM (VALUES (1.5::DOUBLE, 7::BIGINT, true, 'a', TIMESTAMPTZ '2026-01-01 00:00:00+00'), (NULL, NULL, NULL, NULL, NULL)) r(n, i, b, t, w)`,
  );
  assert.deepEqual(digests, [sha256Hex('["1.5","7","true","a","2026-01-01T00:00:00Z"]\n[null,null,null,null,null]\n')]);
  const [piece] = pieces;
  assert.deepEqual(
    piece!.columns.map(({ name, type, nullable }) => [name, type, nullable]),
    [
      ['n', 'number', true],
      ['i', 'integer', true],
      ['b', 'boolean', true],
      ['t', 'text', true],
      ['w', 'time', true],
    ],
  );
  const { rows, columns } = decodeParquet(piece!.plain, piece!.columns);
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
  assert.deepEqual(one.checked[0]?.sizes, [65_536, 4_464]);
  assert.deepEqual(one, other);
  const none = await freeze("SELECT 'a' AS t WHERE false");
  assert.deepEqual(
    none.checked.map(({ rows, sizes }) => [rows, sizes.length]),
    [[0, 0]],
  );
});

test('FrozenEncoder cuts pieces at whole parts, which changes nothing of what is committed to', async () => {
  const sql = "SELECT i::DOUBLE AS n, 'x' || (i % 10) AS t FROM range(200000) r(i)";
  const whole = await freeze(sql);
  for (const limits of [
    { parts: 1, bytes: PIECE_LIMITS.bytes },
    { parts: 9, bytes: 1 },
  ]) {
    const { checked, digests } = await freeze(sql, limits);
    assert.deepEqual(digests, whole.digests);
    assert.deepEqual(
      checked.map(({ sizes }) => sizes),
      [[65_536], [65_536], [65_536], [3_392]],
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
