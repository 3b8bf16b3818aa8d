import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { robustCovariance } from './robust-covariance.ts';

detectorConformance(robustCovariance);

test('robustCovariance is not bent by a fifth of anomalies that lie together', () => {
  const random = seedRandom(1);
  const values = new Float64Array(2 * 1000);
  for (let row = 0; row < 1000; row++) {
    const isOff = row % 5 === 0;
    values[2 * row] = isOff ? 8 + 0.3 * nextNormal(random) : nextNormal(random);
    values[2 * row + 1] = isOff ? -8 + 0.3 * nextNormal(random) : values[2 * row]! + 0.5 * nextNormal(random);
  }
  const detector = robustCovariance.create(2);
  const rows = rowsOf(values, 2);
  detector.learn(rows);
  const scores = new Float64Array(1000);
  detector.score(rows, scores);
  const [normal, off] = [scores.filter((_, row) => row % 5 !== 0), scores.filter((_, row) => row % 5 === 0)];
  assert.ok(Math.min(...off) > 3 * Math.max(...normal), `${Math.min(...off)} and ${Math.max(...normal)}`);
});

test('robustCovariance of all rows is the Mahalanobis distance', () => {
  // Mean 0, variance 2 and 8 each over four rows, no covariance.
  const detector = robustCovariance.create(2, { core: 1 });
  detector.learn(rowsOf(Float64Array.of(2, 0, -2, 0, 0, 4, 0, -4), 2));
  const scores = new Float64Array(2);
  detector.score(rowsOf(Float64Array.of(2, 0, 0, 8), 2), scores);
  const [one, two] = [4 / 2, 64 / 8].map(Math.sqrt);
  // The ridge takes a thousandth of the mean variance.
  assert.ok(Math.abs(scores[0]! / one! - 1) < 2e-3 && Math.abs(scores[1]! / two! - 1) < 2e-3, scores.join(' '));
});
