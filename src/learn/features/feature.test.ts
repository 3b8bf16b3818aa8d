import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeIn, timeOf, valueIn } from './feature.ts';

test('timeOf() and timeIn() take the time of a row, or that of a field', () => {
  const values = Float64Array.of(1, 70, 2, 80);
  const row = { time: 5, values, at: 2 };
  assert.deepEqual([timeOf({}, row), timeOf({ at: 1 }, row)], [5, 80]);
  const series = { rows: Int32Array.of(1), times: Float64Array.of(4, 5), values, width: 2 };
  assert.deepEqual([timeIn({}, series, 0), timeIn({ at: 1 }, series, 0), valueIn(series, 0, 0)], [5, 80, 2]);
});
