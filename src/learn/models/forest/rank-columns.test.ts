import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankColumns, thresholdAfter } from './rank-columns.ts';

test('rankColumns() ranks each column by itself, missing values above all', () => {
  const { ranks, distinct } = rankColumns(Float64Array.of(5, 1, NaN, 1, -2, 1, 5, NaN), 2);
  assert.deepEqual([...ranks], [1, 0, 2, 0, 0, 0, 1, 1]);
  assert.deepEqual(
    distinct.map((one) => [...one]),
    [[-2, 5], [1]],
  );
});

test('thresholdAfter() lies halfway, and parts infinite and neighbouring values too', () => {
  const next = 1 + Number.EPSILON;
  const distinct = Float64Array.of(-Infinity, 0, 1, next, Infinity);
  for (let rank = 0; rank < 4; rank++) {
    const at = thresholdAfter(distinct, rank);
    assert.ok(distinct[rank]! <= at && !(distinct[rank + 1]! <= at), `rank ${rank}: ${at}`);
  }
  assert.equal(thresholdAfter(distinct, 1), 0.5);
  assert.equal(thresholdAfter(distinct, 4), Infinity);
});
