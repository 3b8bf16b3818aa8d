import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateColumn } from '../../../../test/support/private-view.ts';
import { countEstimate, meanEstimate, sumEstimate, varianceEstimate } from './private-estimates.ts';
import { gridOf } from './private-grid.ts';

const N = privateColumn('n', 'integer', { range: [0, 10] });
const exactly = (value: number) => ({ value, deviation: 0 });
const VALUES = [1, 4, 4, 7];

test('without noise, estimates are what they estimate', () => {
  const { middle, step, most } = gridOf(N);
  const on = VALUES.map((value) => (value - middle) / step);
  const count = exactly(VALUES.length);
  const sum = exactly(on.reduce((a, b) => a + b, 0));
  const squares = exactly(on.reduce((a, b) => a + 2 * b * b - most * most, 0));
  assert.deepEqual(countEstimate(count), { value: 4, error: 0 });
  assert.deepEqual(sumEstimate(N, count, sum), { value: 16, error: 0 });
  assert.deepEqual(meanEstimate(N, count, sum), { value: 4, error: 0 });
  assert.deepEqual(varianceEstimate(N, count, sum, squares, { sample: false, root: false }), { value: 4.5, error: 0 });
  assert.deepEqual(varianceEstimate(N, count, sum, squares, { sample: true, root: false }), { value: 6, error: 0 });
  assert.equal(varianceEstimate(N, count, sum, squares, { sample: false, root: true }).value, Math.sqrt(4.5));
});

test('where noise hides how many there are, the error is the whole range', () => {
  const [count, sum] = [
    { value: 3, deviation: 10 },
    { value: 900, deviation: 10 },
  ];
  assert.deepEqual(meanEstimate(N, count, sum), { value: 10, error: 10 });
  assert.equal(varianceEstimate(N, count, sum, sum, { sample: true, root: false }).error, 25);
  assert.ok(countEstimate(count).error >= 19);
});
