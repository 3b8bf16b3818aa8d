import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '#base/core/index.ts';
import { correctColumn, valueAt } from './correct-column.ts';

const MARKS = Uint8Array.of(0, 1, 0, 1);
const all = (column: Column) => [0, 1, 2, 3].map((row) => valueAt(column, row));

test('correctColumn() puts a value where it is marked, in columns of every type', () => {
  const numbers: Column = { type: 'number', values: Float64Array.of(1, 2, 3, 4), nulls: null };
  assert.deepEqual(all(correctColumn(numbers, MARKS, 9)), [1, 9, 3, 9]);
  assert.deepEqual(all(correctColumn(numbers, MARKS, null)), [1, null, 3, null]);
  assert.deepEqual(all(numbers), [1, 2, 3, 4], 'what it was made of stays');
  const switches: Column = { type: 'boolean', values: Uint8Array.of(0, 0, 1, 0), nulls: Uint8Array.of(1, 1, 0, 0) };
  assert.deepEqual(all(correctColumn(switches, MARKS, true)), [null, true, true, true]);
});

test('correctColumn() leaves no text behind that no row holds', () => {
  const texts: Column = {
    type: 'text',
    codes: Uint32Array.of(0, 1, 2, 1),
    dictionary: ['a', 'wrong', 'c'],
    nulls: Uint8Array.of(0, 0, 1, 0),
  };
  const corrected = correctColumn(texts, MARKS, 'right');
  assert.deepEqual(all(corrected), ['a', 'right', null, 'right']);
  assert.deepEqual(corrected.type === 'text' && corrected.dictionary, ['a', 'right']);
  const none = correctColumn(texts, MARKS, null);
  assert.deepEqual(all(none), ['a', null, null, null]);
  assert.deepEqual(none.type === 'text' && none.dictionary, ['a']);
});
