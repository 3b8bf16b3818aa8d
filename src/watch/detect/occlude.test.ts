import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseShares, occlude } from './occlude.ts';
import { rowsOf } from './rows.ts';
import type { Rows } from './rows.ts';

/** A score of each row as a function of its values. */
const by =
  (of: (...values: number[]) => number) =>
  ({ values, width, count }: Rows, scores: Float64Array): void => {
    for (let row = 0; row < count; row++) scores[row] = of(...values.subarray(row * width, (row + 1) * width));
  };

test('occlude() shares a sum out by its terms', () => {
  const rows = rowsOf(Float64Array.of(1, 3, 0, 2, 2, 4), 3);
  const shares = occlude(
    rows,
    new Float64Array(3),
    by((a, b, c) => a + b + c),
  );
  assert.deepEqual(shares, Float64Array.of(0.25, 0.75, 0, 0.25, 0.25, 0.5));
});

test('occlude() blames both fields where either is enough, and where only both are', () => {
  const rows = rowsOf(Float64Array.of(5, 5, 0), 3);
  assert.deepEqual(
    occlude(
      rows,
      new Float64Array(3),
      by((a, b) => Math.max(a, b)),
    ),
    Float64Array.of(0.5, 0.5, 0),
  );
  assert.deepEqual(
    occlude(
      rows,
      new Float64Array(3),
      by((a, b) => a * b),
    ),
    Float64Array.of(0.5, 0.5, 0),
  );
});

test('occlude() blames nothing in a typical row', () => {
  const rows = rowsOf(Float64Array.of(1, 2), 2);
  assert.deepEqual(
    occlude(
      rows,
      Float64Array.of(1, 2),
      by((a, b) => a + b),
    ),
    Float64Array.of(0, 0),
  );
});

test('normaliseShares() keeps the proportions of shares of any size', () => {
  assert.deepEqual(normaliseShares(Float64Array.of(1e300, 3e300, 0, 0), 2), Float64Array.of(0.25, 0.75, 0, 0));
});
