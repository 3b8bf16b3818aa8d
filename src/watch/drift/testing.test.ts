import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftingBatch } from './testing.ts';

test('driftingBatch() has the same readings however they are cut', () => {
  const valuesOf = (from: number, to: number): number[] => {
    const column = driftingBatch(from, to, { devices: 3 }).columns.at(-1)!.data;
    return column.type === 'number' ? [...column.values] : [];
  };
  assert.deepEqual([...valuesOf(0, 10), ...valuesOf(10, 20)], valuesOf(0, 20));
});
