import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadingMemory } from './reading-memory.ts';
import { climatePlan, climateRows } from './testing.ts';

const { fields } = climatePlan();

test('ReadingMemory shows the latest readings, oldest first, up to the one that is asked for', () => {
  const memory = new ReadingMemory(fields);
  const rows = climateRows(0, 50);
  for (let row = 0; row < 49; row++) memory.remember(rows, row, false);
  const led = memory.leadingTo(rows, 49);
  assert.deepEqual(
    led.map(({ time }) => time),
    Array.from({ length: 5 }, (_, i) => rows.times[45 + i]),
  );
  assert.deepEqual(led.at(-1)?.row, rows.values.slice(49 * 4, 50 * 4));
});

test('ReadingMemory finds the usual reading that is nearest, and keeps none of an odd time', () => {
  const memory = new ReadingMemory(fields);
  assert.equal(memory.nearest(new Float64Array(4)), null);
  const rows = climateRows(0, 2_000, new Map([[640, 90]]));
  for (let row = 0; row < rows.count; row++) memory.remember(rows, row, row >= 600 && row < 700);
  const nearest = memory.nearest(Float64Array.of(90, 50, 70, NaN));
  assert.ok((nearest?.values['temperature'] ?? 90) < 0);
  assert.equal(memory.readings, 2_000);
});

test('ReadingMemory hands measures on in spreads from what is usual, and scores as usual always', () => {
  const scored = fields.map((field, i) => (i === 1 ? { ...field, role: 'score' as const } : field));
  const memory = new ReadingMemory(scored);
  const rows = climateRows(0, 300);
  for (let row = 0; row < rows.count; row++) memory.remember(rows, row, false);
  const window = new Float64Array(8 * 4).fill(7);
  assert.equal(memory.standardised(window), 7);
  for (let row = 0; row < 8; row++) assert.equal(window[row * 4 + 1], 0);
  assert.ok(window.some((value, i) => i % 4 === 0 && value !== 0));
});

test('ReadingMemory has the rows that a device began with, and learns them anew as they are given', () => {
  const memory = new ReadingMemory(fields);
  const rows = climateRows(0, 8, new Map([[2, 1e100]]));
  for (let row = 0; row < 8; row++) {
    assert.equal(memory.opensIn, 8 - row);
    memory.remember(rows, row, false);
  }
  assert.deepEqual([memory.opensIn, memory.opening], [0, { values: rows.values, times: rows.times, count: 8 }]);
  assert.ok(memory.usual.spread[0]! > 1e98);
  const sound = rows.values.slice();
  sound[2 * 4] = NaN;
  memory.beginAnew({ ...rows, values: sound });
  assert.ok(Math.abs(memory.usual.centre[0]! + 18) < 1 && memory.usual.spread[0]! < 1);
  assert.deepEqual([...memory.usual.counts], [7, 8, 8, 8]);
  assert.equal(memory.readings, 8);
});
