import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { faultOfTails, learnTails, tailRarity } from './tail-probability.ts';

const both = (tails: ReturnType<typeof learnTails>, value: number): readonly number[] => {
  const sides = new Float64Array(2);
  tailRarity(tails, 0, value, sides);
  return [...sides].map((rarity) => Math.exp(-rarity));
};

test('tailRarity() is the share at most and at least as great; beyond all, half a row', () => {
  const tails = learnTails(rowsOf(Float64Array.of(4, 1, 2, 2), 1), 100);
  for (const [value, left, right] of [
    [2, 3 / 4, 3 / 4],
    [3, 3 / 4, 1 / 4],
    [0, 1 / 8, 1],
    [9, 1, 1 / 8],
  ] as const) {
    const [l = NaN, r = NaN] = both(tails, value);
    assert.ok(Math.abs(l - left) < 1e-12 && Math.abs(r - right) < 1e-12, `${value} has ${l} and ${r}`);
  }
});

test('learnTails() keeps so many values and no more, and knows the skew', () => {
  const rows = rowsOf(
    Float64Array.from({ length: 10_001 }, (_, i) => i),
    1,
  );
  const tails = learnTails(rows, 101);
  assert.equal(tails.grid.length, 101);
  const [left = NaN] = both(tails, 2500);
  assert.ok(Math.abs(left - 0.25) < 0.01);
  const skews = learnTails(rowsOf(Float64Array.of(1, -9, 2, 0, 3, 0, 90, 0), 2), 100).skew;
  assert.deepEqual(skews, Float64Array.of(1, -1));
  assert.equal(faultOfTails(tails, 1), undefined);
  assert.notEqual(faultOfTails(tails, 2), undefined);
});
