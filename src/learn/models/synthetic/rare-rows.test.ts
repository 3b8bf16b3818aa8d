import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceBetween, findRareRows, nearestDistance } from './rare-rows.ts';

const crowd = Array.from({ length: 99 }, (_, i) => Float64Array.of(i / 100, 0));
const lonely = Float64Array.of(9, 9);

test('findRareRows() finds rows that stand alone, and what comes near to them', () => {
  const rare = findRareRows([...crowd, lonely]);
  assert.equal(rare.count, 2);
  assert.equal(rare.isNear(Float64Array.of(8, 9)), true);
  assert.equal(rare.isNear(Float64Array.of(0.5, 3)), false);
  assert.equal(rare.near([lonely, Float64Array.of(1, 5)]), 1);
});

test('nearestDistance() and distanceBetween()', () => {
  assert.equal(nearestDistance(Float64Array.of(3, 4), [Float64Array.of(0, 0), Float64Array.of(9, 9)]), 5);
  assert.equal(distanceBetween(Float64Array.of(3, 4), Float64Array.of(0, 0), 4), Infinity);
});
