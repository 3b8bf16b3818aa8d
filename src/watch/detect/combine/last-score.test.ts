import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { LastScore } from './last-score.ts';

test('LastScore recalls the score of the very row, as long as nothing was learnt', () => {
  const last = new LastScore();
  const row = rowsOf(Float64Array.of(1, NaN, 0), 3);
  assert.equal(last.recall(row, 0), null);
  last.remember(row, 7, 5);
  assert.equal(last.recall(rowsOf(Float64Array.of(1, NaN, 0), 3), 5), 7);
  assert.equal(last.recall(row, 6), null);
  assert.equal(last.recall(rowsOf(Float64Array.of(1, NaN, -0), 3), 5), null);
  assert.equal(last.recall(rowsOf(Float64Array.of(1, NaN), 2), 5), null);
  const two = rowsOf(Float64Array.of(1, NaN, 0), 1);
  last.remember(two, 8, 5);
  assert.deepEqual([last.recall(two, 5), last.recall(row, 5)], [null, 7]);
});
