import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnMedians, columnOf, pickRows, rangesOf, rowsOf, sliceRows, tameRows } from './rows.ts';

const ROWS = rowsOf(Float64Array.of(1, 10, 2, NaN, 3, 30, 4, 40), 2);

test('rowsOf() takes whole rows only', () => {
  assert.equal(ROWS.count, 4);
  for (const width of [0, 3, 1.5, NaN]) {
    assert.throws(() => rowsOf(new Float64Array(8), width), { code: 'DETECT_SHAPE_MISMATCH' });
  }
});

test('sliceRows() is a view, pickRows() and columnOf() are copies', () => {
  const slice = sliceRows(ROWS, 1, 3);
  assert.deepEqual(slice.values, Float64Array.of(2, NaN, 3, 30));
  assert.equal(slice.values.buffer, ROWS.values.buffer);
  assert.deepEqual(pickRows(ROWS, Int32Array.of(3, 0)).values, Float64Array.of(4, 40, 1, 10));
  assert.deepEqual(columnOf(ROWS, 1), Float64Array.of(10, NaN, 30, 40));
});

test('columnMedians() and rangesOf() leave missing values out', () => {
  assert.deepEqual(columnMedians(ROWS), Float64Array.of(2.5, 30));
  assert.deepEqual(rangesOf(ROWS), [Float64Array.of(1, 10), Float64Array.of(4, 40)]);
  const empty = rowsOf(Float64Array.of(NaN, NaN), 1);
  assert.deepEqual(columnMedians(empty), Float64Array.of(0));
  assert.deepEqual(rangesOf(empty), [Float64Array.of(0), Float64Array.of(1)]);
});

test('tameRows() makes absurd values missing and fills missing ones, in a copy', () => {
  const values = Float64Array.of(1, Infinity, -1e101, NaN, 1e100, 0);
  const rows = rowsOf(values.slice(), 2);
  assert.deepEqual(tameRows(rows).values, Float64Array.of(1, NaN, NaN, NaN, 1e100, 0));
  assert.deepEqual(tameRows(rows, Float64Array.of(7, 8)).values, Float64Array.of(1, 8, 7, 8, 1e100, 0));
  assert.deepEqual(rows.values, values);
  const tame = rowsOf(Float64Array.of(1, NaN), 2);
  assert.equal(tameRows(tame), tame);
});
