import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summariseRows, summaryWidth } from './summarise-rows.ts';

test('summariseRows() counts rows and describes each field', () => {
  const out = new Float64Array(1 + summaryWidth(2)).fill(-1);
  summariseRows(Float64Array.of(1, 5, 3, 5, 1, 5, 3, 5, 2, NaN), 2, out, 1);
  assert.deepEqual([...out.subarray(0, 3)], [-1, 5, 3]);
  // Least, greatest, mean, spread, sum, distinct values, changes of the first field.
  const first = out.subarray(3, 15);
  assert.deepEqual([first[0], first[3], first[6], first[7], first[9], first[10], first[11]], [1, 2, 3, 2, 10, 3, 4]);
  assert.ok(Math.abs(first[8]! - Math.sqrt(0.8)) < 1e-12);
  const second = out.subarray(15);
  assert.deepEqual([second[0], second[6], second[8], second[10], second[11]], [5, 5, 0, 1, 1]);
});

test('summariseRows() says of what is not there that it is missing', () => {
  const out = new Float64Array(summaryWidth(1));
  summariseRows(Float64Array.of(NaN, NaN), 1, out);
  assert.deepEqual([...out.subarray(0, 2)], [2, 1]);
  assert.ok(out.subarray(2, 12).every(Number.isNaN));
  assert.deepEqual([...out.subarray(12)], [0, 0]);
  summariseRows(new Float64Array(0), 1, out);
  assert.deepEqual([...out.subarray(0, 2)], [0, 0]);
});
