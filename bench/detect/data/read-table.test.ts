import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matrixWithout, numbersOf, parseTable } from './read-table.ts';

test('parseTable(), numbersOf() and matrixWithout() read lines of numbers', () => {
  const table = parseTable('a;b;label\r\n1;2.5;0\r\n;-3;1\n', ';');
  assert.deepEqual(numbersOf(table, 'a'), Float64Array.of(1, NaN));
  assert.deepEqual(matrixWithout(table, 'label'), { values: Float64Array.of(1, 2.5, NaN, -3), width: 2 });
  assert.throws(() => numbersOf(table, 'c'), /no column c/);
});
