import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countAtMost, countBelow, medianOf, quantileOfSorted, robustCentre, sortedFinite } from './order-statistics.ts';

test('quantileOfSorted() interpolates as definition 7 of Hyndman and Fan', () => {
  const sorted = Float64Array.of(1, 2, 3, 4);
  for (const [level, value] of [
    [0, 1],
    [0.25, 1.75],
    [0.5, 2.5],
    [0.9, 3.7],
    [1, 4],
  ] as const) {
    assert.ok(Math.abs(quantileOfSorted(sorted, level) - value) < 1e-12);
  }
  assert.equal(quantileOfSorted(new Float64Array(0), 0.5), NaN);
});

test('sortedFinite() and medianOf() leave missing values out', () => {
  assert.deepEqual(sortedFinite(Float64Array.of(3, NaN, -1, 20)), Float64Array.of(-1, 3, 20));
  assert.equal(medianOf(Float64Array.of(9, NaN, 1, 4)), 4);
  assert.equal(medianOf(Float64Array.of(NaN)), NaN);
});

test('robustCentre() is not moved by half of the values', () => {
  const { centre, spread } = robustCentre(Float64Array.of(1, 2, 3, 4, 5, 1e9, -1e9));
  assert.equal(centre, 3);
  assert.ok(Math.abs(spread - 2 * 1.482602218505602) < 1e-12);
});

test('countAtMost() and countBelow() count within their part', () => {
  const sorted = Float64Array.of(1, 2, 2, 2, 5, 1, 3);
  assert.deepEqual([countBelow(sorted, 2, 0, 5), countAtMost(sorted, 2, 0, 5)], [1, 4]);
  assert.deepEqual([countBelow(sorted, 2, 5), countAtMost(sorted, 3, 5)], [1, 2]);
  assert.deepEqual([countBelow(sorted, 0, 0, 5), countAtMost(sorted, 9, 0, 5)], [0, 5]);
});

test('medianOf() is the middle of the sorted values, whatever they are', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noDefaultInfinity: true })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(values, (some) => {
      const all = Float64Array.from(some);
      const expected = quantileOfSorted(sortedFinite(all), 0.5);
      // Of two zeros it does not matter which.
      assert.equal(medianOf(all) + 0, expected + 0);
      assert.deepEqual(all, Float64Array.from(some));
    }),
    { seed: 1, numRuns: 500 },
  );
});
