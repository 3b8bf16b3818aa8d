import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridRows, onGrid, storedFor } from './grid-column.ts';

const EXTREMES = [NaN, Infinity, -Infinity, 1e308, -1e308, Number.MIN_VALUE, -0, 0, Number.MAX_SAFE_INTEGER];

test('onGrid() stays within its bounds, whatever the value and the range', () => {
  const ranges = [
    [0, 8],
    [-1e308, 1e308],
    [1e6, 1e6 + 1],
    [-1e-300, 1e-300],
    [5, 5 + Number.EPSILON * 4],
  ] as const;
  for (const [low, high] of ranges) {
    for (const most of [1, 10, 2 ** 20]) {
      const inside = Array.from({ length: 100 }, (_, i) => low + (high - low) * (i / 99));
      const wholes = onGrid(Float64Array.from([...EXTREMES, ...inside, low, high]), { low, high, most });
      assert.ok(
        wholes.every((whole) => Math.abs(whole) <= most),
        `${low} ${high} ${most}`,
      );
      assert.equal(wholes[0], most, 'what is no number counts as the greatest');
      assert.deepEqual([wholes[1], wholes[2], wholes.at(-2), wholes.at(-1)], [most, -most, -most, most]);
    }
  }
});

test('onGrid() puts a value on the nearest step, by itself', () => {
  const grid = { low: 0, high: 8, most: 2 ** 20 };
  const values = Float64Array.from({ length: 1_000 }, (_, i) => (i * 7.77) % 8);
  const wholes = onGrid(values, grid);
  for (const [i, value] of values.entries()) {
    assert.ok(Math.abs(4 + (wholes[i]! * 4) / 2 ** 20 - value) <= 2 / 2 ** 20 + 1e-12);
    assert.equal(onGrid(Float64Array.of(value), grid)[0], wholes[i]);
  }
  // Whole numbers stand on their grid as they are.
  assert.deepEqual([...onGrid(Float64Array.of(0, 3, 10), { low: 0, high: 10, most: 10 })], [-10, -4, 10]);
});

test('gridRows() makes such columns of rows in memory, nulls where they were', () => {
  const grid = { of: 'x', low: 0, high: 2, most: 4 };
  const nulls = Uint8Array.of(0, 1, 0);
  const part = {
    rows: 3,
    columns: [{ name: 'x', data: { type: 'number' as const, values: Float64Array.of(0, 0, 1.5), nulls } }],
  };
  const made = gridRows(part, new Map([['_x', grid], ['_y', { ...grid, of: 'y' }]])); // prettier-ignore
  assert.deepEqual(made.columns, [
    ...part.columns,
    { name: '_x', data: { type: 'integer', values: Float64Array.of(-4, -4, 2), nulls } },
  ]);
});

test('storedFor() names what must be there, once', () => {
  const grids = new Map([['_x', { of: 'x', low: 0, high: 1, most: 1 }]]);
  assert.deepEqual(storedFor(['device', '_x', 'x'], grids), ['device', 'x']);
});
