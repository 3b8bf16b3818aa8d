import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';

detectorConformance(nearestNeighbours);

test('nearestNeighbours is the distance to the k-th nearest row in standard deviations', () => {
  // 0, 1, 2, 3, 4: deviation √2.
  const detector = nearestNeighbours.create(1, { neighbours: 2 });
  detector.learn(rowsOf(Float64Array.of(0, 1, 2, 3, 4), 1));
  const scores = new Float64Array(3);
  detector.score(rowsOf(Float64Array.of(2, 2.25, 10), 1), scores);
  for (const [i, distance] of [1, 0.75, 7].entries()) assert.ok(Math.abs(scores[i]! - distance / Math.SQRT2) < 1e-12);
});

test('nearestNeighbours counts all rows that it knows where they are fewer than k', () => {
  const detector = nearestNeighbours.create(1, { neighbours: 20 });
  detector.learn(rowsOf(Float64Array.of(5, 5), 1));
  const scores = new Float64Array(1);
  detector.score(rowsOf(Float64Array.of(8), 1), scores);
  assert.equal(scores[0], 3);
});
