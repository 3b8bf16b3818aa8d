import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { kMeans } from './k-means.ts';

detectorConformance(kMeans);

test('kMeans finds clusters that lie apart, and scores the distance to the nearest', () => {
  const random = seedRandom(1);
  const places = [0, 100, 250];
  const values = Float64Array.from({ length: 600 }, (_, i) => places[i % 3]! + nextNormal(random));
  const mean = values.reduce((sum, value) => sum + value / 600, 0);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / 600, 0));
  for (const seed of [1, 2, 3]) {
    const detector = kMeans.create(1, { clusters: 3 }, seed);
    detector.learn(rowsOf(values, 1));
    const scores = new Float64Array(3);
    detector.score(rowsOf(Float64Array.of(0, 110, 175), 1), scores);
    for (const [i, distance] of [0, 10, 75].entries()) {
      assert.ok(Math.abs(scores[i]! * deviation - distance) < 0.5, `${scores[i]! * deviation} is not ${distance}`);
    }
  }
});

test('kMeans makes no more clusters than there are rows', () => {
  const detector = kMeans.create(1);
  detector.learn(rowsOf(Float64Array.of(1, 2, 4), 1));
  const scores = new Float64Array(3);
  detector.score(rowsOf(Float64Array.of(1, 2, 4), 1), scores);
  assert.deepEqual(scores, new Float64Array(3));
});
