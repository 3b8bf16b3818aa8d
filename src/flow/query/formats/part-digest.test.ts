import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMicros, micros } from '#base/core/index.ts';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import { columnOf } from '../../../../test/support/query-fixture.ts';
import { digestOfRows } from './part-digest.ts';
import { ResultDigest } from './result-digest.ts';

const SHAPES: readonly ColumnShape[] = (['number', 'integer', 'boolean', 'text', 'time'] as const).map((type) => ({
  name: type,
  type,
  nullable: true,
}));
const ROWS = 3_000;
const TEXTS = ['', 'a "quoted", text\n', '\ud800 alone', 'ä€😀', '\u2028'];
const EPOCH = 1_767_225_600_000_000;
const number = (row: number): number => [0.1, -0, 1e21, 5e-324, NaN, -Infinity][row % 6]! * (row + 1);

const BATCH: Batch = {
  stream: '',
  template: '',
  rows: ROWS,
  columns: [
    { name: 'number', data: columnOf('number', ROWS, number) },
    { name: 'integer', data: columnOf('integer', ROWS, (row) => (row % 7 === 0 ? undefined : row - 1_000)) },
    { name: 'boolean', data: columnOf('boolean', ROWS, (row) => (row % 5 === 0 ? undefined : row % 2 === 0)) },
    { name: 'text', data: columnOf('text', ROWS, (row) => (row % 11 === 0 ? undefined : TEXTS[row % 5])) },
    { name: 'time', data: columnOf('time', ROWS, (row) => EPOCH + row * 1_001) },
  ],
};

test('digestOfRows() is the canonical digest that ResultDigest makes', () => {
  const digest = new ResultDigest();
  for (let row = 17; row < 2_500; row++) {
    digest.row([
      String(number(row)),
      row % 7 === 0 ? null : String(row - 1_000),
      row % 5 === 0 ? null : String(row % 2 === 0),
      row % 11 === 0 ? null : TEXTS[row % 5]!,
      formatMicros(micros(EPOCH + row * 1_001)),
    ]);
  }
  assert.equal(digestOfRows(SHAPES, BATCH, 17, 2_500), digest.hex());
  assert.equal(digestOfRows(SHAPES, BATCH, 5, 5), new ResultDigest().hex());
});

test('digestOfRows() has another digest for each other value, and needs its columns', () => {
  const all = digestOfRows(SHAPES, BATCH, 0, 10);
  for (const { name } of SHAPES) {
    const columns = BATCH.columns.map((column) =>
      column.name === name
        ? { name, data: columnOf(column.data.type, ROWS, (row) => (row === 9 ? undefined : 1)) }
        : column,
    );
    assert.notEqual(digestOfRows(SHAPES, { ...BATCH, columns }, 0, 10), all, name);
  }
  assert.throws(() => digestOfRows(SHAPES, { ...BATCH, columns: [] }, 0, 1), TypeError);
});
