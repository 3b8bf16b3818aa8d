import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { RowGatherer } from './row-gatherer.ts';
import { climateBatch, climatePlan, climateRows } from './testing.ts';

test('RowGatherer hands rows out by device, in order, with missing values as NaN', () => {
  const gatherer = new RowGatherer(climatePlan());
  const own = climateRows(0, 20);
  gatherer.add(climateBatch('a', own));
  const [device, ...columns] = climateBatch('a', climateRows(20, 24)).columns;
  const mixed: Batch = {
    ...climateBatch('a', climateRows(20, 24)),
    columns: [
      {
        ...device!,
        data: { type: 'text', codes: Uint32Array.of(1, 0, 1, 0), dictionary: ['a', 'b'], nulls: null },
      },
      ...columns.filter(({ name }) => name !== 'humidity'),
    ],
  };
  gatherer.add(mixed);
  assert.deepEqual([gatherer.rows, gatherer.oldest], [24, own.times[0]]);
  const found = new Map(
    [...gatherer.drain()].map(([name, { values, times, count }]) => [name, { values, times, count }]),
  );
  assert.deepEqual([found.get('a')?.count, found.get('b')?.count], [22, 2]);
  const a = found.get('a')!;
  assert.deepEqual([a.values[0], a.values[1]], [own.values[0], own.values[1]]);
  assert.ok(Number.isNaN(a.values[20 * 4 + 1]));
  assert.deepEqual([...a.times.subarray(20, 22)], [1_700_000_021e6, 1_700_000_023e6]);
  assert.deepEqual([gatherer.rows, gatherer.oldest, [...gatherer.drain()]], [0, Infinity, []]);
});
