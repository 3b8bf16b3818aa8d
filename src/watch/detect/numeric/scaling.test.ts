import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { scaleByDeviation, scaled, scaleRobustly } from './scaling.ts';

test('scaleByDeviation() puts each field at mean 0 and deviation 1, and keeps the unit of a constant one', () => {
  const rows = rowsOf(Float64Array.of(1, 5, 2, 5, 6, 5), 2);
  const scaling = scaleByDeviation(rows);
  assert.deepEqual(scaling.centre, Float64Array.of(3, 5));
  assert.ok(Math.abs(scaling.spread[0]! - Math.sqrt(14 / 3)) < 1e-12);
  assert.equal(scaling.spread[1], 1);
  const { values } = scaled(rows, scaling);
  assert.ok(Math.abs(values[0]! + values[2]! + values[4]!) < 1e-12);
  assert.equal(values[1], 0);
});

test('scaleByDeviation() does not take rounding about a constant for spread', () => {
  const rows = rowsOf(new Float64Array(1000).fill(0.1 + 0.2), 1);
  assert.equal(scaleByDeviation(rows).spread[0], 1);
});

test('scaleRobustly() is not moved by wild values, and finds a spread where most values are equal', () => {
  const wild = scaleRobustly(rowsOf(Float64Array.of(1, 2, 3, 4, 1e9), 1));
  assert.equal(wild.centre[0], 3);
  assert.ok(Math.abs(wild.spread[0]! - 1.482602218505602) < 1e-12);
  const seldom = scaleRobustly(
    rowsOf(
      Float64Array.from({ length: 100 }, (_, i) => (i < 10 ? 5.15 : 0)),
      1,
    ),
  );
  assert.ok(Math.abs(seldom.spread[0]! - 1) < 1e-12);
  assert.equal(scaleRobustly(rowsOf(new Float64Array(9).fill(4), 1)).spread[0], 1);
});
