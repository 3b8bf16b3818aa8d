import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climateBatch, climatePlan, climateRows } from './testing.ts';

test('climateRows() gives a reading the same values however readings are cut', () => {
  const whole = climateRows(0, 20, new Map([[5, 99]]));
  const part = climateRows(10, 20);
  assert.deepEqual(part.values, whole.values.slice(40));
  assert.equal(whole.values[5 * 4], 99);
});

test('climateBatch() has the fields of climatePlan()', () => {
  const names = climateBatch('d', climateRows(0, 2)).columns.map(({ name }) => name);
  for (const { name } of climatePlan().fields.slice(0, -1)) assert.ok(names.includes(name), name);
});
