import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { beacon, oddOrder, oddTime } from './given-score.ts';

for (const kind of [oddOrder, oddTime, beacon]) detectorConformance(kind, { options: { first: 0, count: 4 } });

test('a given score is the greatest of its fields, and none where they are missing', () => {
  const detector = oddOrder.create(4, { first: 1, count: 2 });
  detector.learn(rowsOf(new Float64Array(4), 4));
  const scores = new Float64Array(3);
  const rows = rowsOf(Float64Array.of(9, 2, 3, 9, 9, NaN, NaN, 9, 9, -4, NaN, 9), 4);
  detector.score(rows, scores);
  assert.deepEqual([...scores], [3, 0, 0]);
  const [, order, timing] = detector.explain(rows);
  assert.ok(Math.abs(order! - 4 / 13) < 1e-9 && Math.abs(timing! - 9 / 13) < 1e-9);
});
