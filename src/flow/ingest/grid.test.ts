import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coarsen, coarsenTime } from './grid.ts';

test('coarsen() puts a value on its grid', () => {
  for (const [value, grid, expected] of [
    [51.507351, 0.001, 51.507],
    [51.507351, 0.01, 51.51],
    [-0.127758, 0.01, -0.13],
    [51.507351, 0.25, 51.5],
    [1234, 100, 1200],
    [1250, 100, 1300],
    [-1250, 100, -1200],
    [7, 1, 7],
    [0.3, 7, 0],
    [10, 0.3, 9.9],
    [-0.2, 1, 0],
    [1e308, 1e-300, 1e308],
  ] as const) {
    assert.equal(coarsen(value, grid), expected, `${value} on ${grid}`);
  }
  assert.ok(Object.is(coarsen(-0.2, 1), 0), 'no sign tells on which side it lay');
});

test('coarsen() moves a value by half a grid at most, and what lies on the grid not at all', () => {
  const grids = fc.constantFrom(0.001, 0.01, 0.05, 0.1, 0.25, 1, 2.5, 10, 3_600);
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), grids, (value, grid) => {
      const coarse = coarsen(value, grid);
      assert.ok(Math.abs(coarse - value) <= (grid / 2) * (1 + 1e-9), `${value} on ${grid} is ${coarse}`);
      assert.equal(coarsen(coarse, grid), coarse);
    }),
    { seed: 1 },
  );
});

test('coarsenTime() never makes a time later, and moves it by less than a grid', () => {
  for (const [time, grid, expected] of [
    [1_767_225_600_000_001, 3_600_000_000, 1_767_225_600_000_000],
    [1_767_229_199_999_999, 3_600_000_000, 1_767_225_600_000_000],
    [-1, 1_000_000, -1_000_000],
    [0, 1_000_000, 0],
    [7, 0, 7],
  ] as const) {
    assert.equal(coarsenTime(time, grid), expected);
  }
});
