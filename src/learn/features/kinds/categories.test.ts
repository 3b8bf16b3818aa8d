import assert from 'node:assert/strict';
import { test } from 'node:test';
import { symbolIn, symbolOf } from './categories.ts';

test('symbolOf() and symbolIn() number categories as they come; those beyond the last are one', () => {
  const table = new Float64Array(2).fill(NaN);
  const map = new Map<number, number>();
  const came = [7, 7, 3, 9, 7, 11, 3];
  assert.deepEqual(
    came.map((value) => symbolOf(table, value)),
    [0, 0, 1, 2, 0, 2, 1],
  );
  assert.deepEqual(
    came.map((value) => symbolIn(map, value, 3)),
    [0, 0, 1, 2, 0, 2, 1],
  );
});
