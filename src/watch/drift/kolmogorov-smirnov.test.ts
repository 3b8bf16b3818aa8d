import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ksChance, ksDistance, ksOfCounts } from './kolmogorov-smirnov.ts';

const A = Float64Array.from({ length: 60 }, (_, i) => ((i * 37) % 101) / 10).sort();
const B = Float64Array.from({ length: 45 }, (_, i) => ((i * 53) % 97) / 16 + 3).sort();

test('ksDistance() and ksChance() are those of scipy 1.17.1, ks_2samp and kstwobign', () => {
  const distance = ksDistance(A, B);
  assert.ok(Math.abs(distance - 0.3) < 1e-12, `${distance}`);
  assert.ok(Math.abs(ksChance(distance, 60, 45) - 0.019537390649284635) < 1e-9, `${ksChance(distance, 60, 45)}`);
  assert.equal(ksChance(0, 10, 10), 1);
});

test('ksDistance() goes over equal values of both at once, and is 1 where samples do not meet', () => {
  assert.equal(ksDistance(Float64Array.of(1, 1, 2), Float64Array.of(1, 2, 2)), 1 / 3);
  assert.equal(ksDistance(Float64Array.of(1, 2), Float64Array.of(3)), 1);
});

test('ksOfCounts() is the distance at borders of bins; nothing is apart from nothing', () => {
  assert.equal(ksOfCounts(Float64Array.of(2, 1, 1), Float64Array.of(1, 2, 1)), 1 / 4);
  assert.equal(ksOfCounts(Float64Array.of(0, 0), Float64Array.of(1, 1)), 0);
});
