import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { robustZ } from './robust-z.ts';

detectorConformance(robustZ);

test('robustZ is the greatest distance of a field in its standard deviations', () => {
  const random = seedRandom(1);
  const detector = robustZ.create(2);
  detector.learn(
    rowsOf(
      Float64Array.from({ length: 40_000 }, (_, i) => (i % 2) * 50 + nextNormal(random)),
      2,
    ),
  );
  const scores = new Float64Array(3);
  detector.score(rowsOf(Float64Array.of(3, 50, 0, 44, NaN, 52), 2), scores);
  for (const [i, z] of [3, 6, 2].entries()) assert.ok(Math.abs(scores[i]! - z) < 0.35, `${scores[i]} is not ${z}`);
});

test('robustZ is of use after a dozen rows', () => {
  const random = seedRandom(2);
  const detector = robustZ.create(1);
  detector.learn(
    rowsOf(
      Float64Array.from({ length: 12 }, () => 20 + nextNormal(random)),
      1,
    ),
  );
  const scores = new Float64Array(2);
  detector.score(rowsOf(Float64Array.of(20, 40), 1), scores);
  assert.ok(scores[0]! < 2 && scores[1]! > 8, scores.join(' '));
});
