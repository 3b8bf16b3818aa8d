import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { averagePath, isolationForest } from './isolation-forest.ts';

detectorConformance(isolationForest);

test('averagePath() is c(n) of the paper', () => {
  // 2 H(n - 1) - 2 (n - 1) / n with harmonic numbers; the paper's approximation of H holds to 1e-3 at n = 256.
  const exact = (n: number): number => {
    let harmonic = 0;
    for (let i = 1; i < n; i++) harmonic += 1 / i;
    return 2 * harmonic - (2 * (n - 1)) / n;
  };
  for (const n of [64, 256, 4096]) assert.ok(Math.abs(averagePath(n) - exact(n)) < 20 / n);
  assert.deepEqual([averagePath(0), averagePath(1), averagePath(2)], [0, 0, 1]);
});

test('isolationForest scores by equation 2: two rows are parted at once, equal rows never', () => {
  const scoreOf = (values: Float64Array): number => {
    const detector = isolationForest.create(1);
    detector.learn(rowsOf(values, 1));
    const scores = new Float64Array(1);
    detector.score(rowsOf(values.slice(0, 1), 1), scores);
    return scores[0]!;
  };
  // Path 1, c(2) = 1.
  assert.ok(Math.abs(scoreOf(Float64Array.of(0, 1)) - 0.5) < 1e-12);
  // Path 0 + c(8), divided by c(8).
  assert.ok(Math.abs(scoreOf(new Float64Array(8)) - 0.5) < 1e-12);
});

test('isolationForest isolates a far row in few splits', () => {
  const values = Float64Array.from({ length: 257 }, (_, i) => (i === 256 ? 1e6 : i / 256));
  const detector = isolationForest.create(1, { sample: 257 });
  detector.learn(rowsOf(values, 1));
  const scores = new Float64Array(257);
  detector.score(rowsOf(values, 1), scores);
  assert.ok(scores[256]! > 0.9, `it has ${scores[256]}`);
  assert.ok(Math.max(...scores.subarray(0, 256)) < 0.8);
});
