import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combineRarities, sharesOfRarities } from './combine-rarities.ts';

test('combineRarities() keeps what all say, follows the one that is sure, and counts agreement', () => {
  const together = combineRarities([Float64Array.of(3, 10, 10, 0), Float64Array.of(3, 0, 10, 0)]);
  assert.ok(Math.abs(together[0]! - 3) < 1e-12);
  assert.ok(together[1]! > 8.5 && together[1]! < 10, `${together[1]}`);
  assert.ok(Math.abs(together[2]! - 10) < 1e-12);
  assert.equal(together[3], 0);
});

test('sharesOfRarities() adds up to 1, and is 0 where nothing is rare', () => {
  assert.deepEqual(sharesOfRarities([2, 2]), [0.5, 0.5]);
  assert.deepEqual(sharesOfRarities([0, 0]), [0, 0]);
  assert.ok(sharesOfRarities([6, 3])[0]! > 0.9);
});
