import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { checkPiece, contentDigestOf, PART_ROWS } from '#flow/query/index.ts';
import type { ColumnNotes, FrozenPiece, MadePiece } from '#flow/query/index.ts';
import { encodeParquet } from '#flow/store/index.ts';
import { PieceLine } from './piece-line.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'time', type: 'time', nullable: true },
  { name: 'n', type: 'number', nullable: true },
];
const NOTES: readonly ColumnNotes[] = [
  { class: 'operational', unit: null },
  { class: 'personal', unit: 'bar' },
];

/** A piece of so many rows from a number on. */
function pieceOf(rows: number, from = 0, shapes = SHAPES): MadePiece {
  const values = Float64Array.from({ length: rows }, (_, row) => from + row);
  const columns = shapes.map(({ name, type }) => ({ name, data: { type: type as 'number', values, nulls: null } }));
  const batch: Batch = { stream: '', template: '', rows, columns };
  return { plain: encodeParquet(shapes, [batch], { rowGroupRows: PART_ROWS }), columns: shapes };
}

function lineOf(mostRows = 1_000_000) {
  const kept: FrozenPiece[] = [];
  const line = new PieceLine({
    notes: NOTES,
    mostRows,
    check: async ({ plain, columns }) => ({ checked: checkPiece(plain, columns), plain }),
    take: async (piece) => void kept.push(piece),
  });
  return { line, kept };
}

/** What comes of pieces, one after the other. */
async function run(pieces: readonly MadePiece[], mostRows?: number) {
  const { line, kept } = lineOf(mostRows);
  for (const piece of pieces) await line.push(piece);
  return { content: await line.end(), kept };
}

test('PieceLine commits to what it finds in pieces, under what control knows of their columns', async () => {
  const said = pieceOf(10, PART_ROWS);
  // What a process says of classes is nobody's business.
  const lie = { ...said, columns: said.columns.map((column) => ({ ...column, class: 'public', unit: 'x' })) };
  const { content, kept } = await run([pieceOf(PART_ROWS), lie]);
  const { digest, ...rest } = content;
  assert.equal(digest, contentDigestOf(rest));
  assert.deepEqual([rest.rows, rest.partRows, rest.parts.length], [PART_ROWS + 10, PART_ROWS, 2]);
  assert.deepEqual(
    rest.columns.map(({ name, class: cls, unit }) => [name, cls, unit]),
    [
      ['time', 'operational', null],
      ['n', 'personal', 'bar'],
    ],
  );
  assert.deepEqual(
    kept.map(({ rows, parts, least, columns }) => [rows, parts, least, columns === content.columns]),
    [
      [PART_ROWS, 1, { time: 0 }, true],
      [10, 1, { time: PART_ROWS }, true],
    ],
  );
  const whole = await run([pieceOf(PART_ROWS + 10)]);
  assert.equal(whole.content.digest, digest);
  const none = await run([pieceOf(0)]);
  assert.deepEqual([none.content.rows, none.content.parts, none.kept.length], [0, [], 1]);
});

test('PieceLine refuses pieces that cannot be of one result, and keeps nothing of them', async () => {
  const other = SHAPES.map((shape) => (shape.name === 'n' ? { ...shape, type: 'integer' as const } : shape));
  const lies: readonly (readonly [string, readonly MadePiece[], number?])[] = [
    ['none at all', []],
    ['a part that is not full, and one more', [pieceOf(10), pieceOf(10)]],
    ['rows behind none', [pieceOf(0), pieceOf(10)]],
    ['none behind rows', [pieceOf(PART_ROWS), pieceOf(0)]],
    ['other types', [pieceOf(PART_ROWS), pieceOf(10, 0, other)]],
    ['more rows than there may be', [pieceOf(PART_ROWS), pieceOf(10)], PART_ROWS + 9],
  ];
  for (const [what, pieces, most] of lies) await assert.rejects(run(pieces, most), { code: 'QUERY_FAILED' }, what);
});

test('PieceLine has one piece checked while the next is made, and no more', async () => {
  const letGo = Promise.withResolvers<void>();
  let checks = 0;
  const line = new PieceLine({
    notes: NOTES,
    mostRows: 100_000_000,
    check: async ({ plain, columns }) => {
      checks += 1;
      await letGo.promise;
      return { checked: checkPiece(plain, columns), plain };
    },
    take: async () => undefined,
  });
  await line.push(pieceOf(PART_ROWS));
  const second = line.push(pieceOf(1));
  await new Promise(setImmediate);
  assert.equal(checks, 1);
  letGo.resolve();
  await second;
  assert.equal((await line.end()).rows, PART_ROWS + 1);
  assert.equal(checks, 2);
});

test('PieceLine.settled() waits for what is under way, and tells nobody of a failure', async () => {
  const { line } = lineOf();
  await line.push({ ...pieceOf(1), plain: new Uint8Array(8) });
  await line.settled();
  await assert.rejects(line.push(pieceOf(1)), { code: 'STORE_PARQUET_INVALID' });
});
