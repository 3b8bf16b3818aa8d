import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeParquet } from '#flow/store/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { columnOf } from '../../../../test/support/query-fixture.ts';
import { checkPiece } from './check-piece.ts';
import { PART_ROWS } from './column-part.ts';
import { digestOfRows } from './part-digest.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'n', type: 'number', nullable: true },
  { name: 't', type: 'text', nullable: true },
  { name: 'w', type: 'time', nullable: true },
];
const ROWS = PART_ROWS + 100;
const BATCH: Batch = {
  stream: '',
  template: '',
  rows: ROWS,
  columns: [
    { name: 'n', data: columnOf('number', ROWS, (row) => (row % 3 === 0 ? undefined : row / 8)) },
    { name: 't', data: columnOf('text', ROWS, (row) => `text ${row % 100}`) },
    { name: 'w', data: columnOf('time', ROWS, (row) => (row === 0 ? undefined : 5_000 - (row % 1_000))) },
  ],
};

test('checkPiece() tells what is in a piece, part by part', () => {
  const plain = encodeParquet(SHAPES, [BATCH], { rowGroupRows: PART_ROWS });
  const { rows, sizes, digests, least } = checkPiece(plain, SHAPES);
  assert.deepEqual([rows, sizes, least], [ROWS, [PART_ROWS, 100], { w: 4_001 }]);
  assert.deepEqual(digests, [digestOfRows(SHAPES, BATCH, 0, PART_ROWS), digestOfRows(SHAPES, BATCH, PART_ROWS, ROWS)]);
});

test('checkPiece() refuses other columns, other types and larger parts than there may be', () => {
  const plain = encodeParquet(SHAPES, [BATCH], { rowGroupRows: PART_ROWS });
  const [n, t, w] = SHAPES as readonly [ColumnShape, ColumnShape, ColumnShape];
  const others = [[n, t], [n, w, t], [n, t, w, { ...n, name: 'm' }], [{ ...n, type: 'integer' }, t, w], [{ ...n, nullable: false }, t, w], [n, t, { ...w, type: 'integer' }], [n, { ...t, name: 'u' }, w]] as const; // prettier-ignore
  for (const shapes of others) assert.throws(() => checkPiece(plain, shapes), { code: 'STORE_PARQUET_INVALID' });
  const large = encodeParquet(SHAPES, [BATCH], { rowGroupRows: PART_ROWS + 1 });
  assert.throws(() => checkPiece(large, SHAPES), { code: 'STORE_PARQUET_INVALID' });
  const small = encodeParquet(SHAPES, [BATCH], { rowGroupRows: PART_ROWS }).slice();
  small.fill(0, small.length - 300, small.length - 250);
  assert.throws(() => checkPiece(small, SHAPES), { code: 'STORE_PARQUET_INVALID' });
});
