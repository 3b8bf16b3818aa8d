import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seriesTable } from './series-table.ts';

const row = (device: string, minute: number, more: object = {}) => ({
  device,
  time: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`,
  x: minute,
  ...more,
});

test('seriesTable() puts rows in order, and leaves out what is of one row each', () => {
  const rows = Array.from({ length: 40 }, (_, i) =>
    row(i % 2 === 0 ? 'b' : 'a', 59 - i, {
      mode: i < 30 ? 'auto' : 'hand',
      rare: i === 3 ? 'odd' : 'even',
      id: `id${i % 70}`,
      none: null,
    }),
  );
  const { table, left } = seriesTable(rows, { series: 'device', time: 'time' });
  assert.deepEqual(
    [table.rows, table.columns.map(({ name }) => name), left],
    [40, ['x', 'mode', 'rare'], ['id', 'none']],
  );
  assert.deepEqual([...table.series.subarray(18, 22)], [0, 0, 1, 1]);
  assert.ok(table.time[0]! < table.time[1]!);
  assert.deepEqual(table.columns[2]?.labels, ['even']);
  assert.ok(table.columns[2]?.values.some((value) => Number.isNaN(value)));
});

test('seriesTable() leaves out counters, and gives those who are named names that say nothing', () => {
  const rows = Array.from({ length: 80 }, (_, i) =>
    row(i < 40 ? 'a' : 'b', i % 40, { seq: 7 + (i % 40), who: i % 2 === 0 ? 't1-ada' : 't1-bob', total: i * i }),
  );
  const { table, left } = seriesTable(rows, { series: 'device', time: 'time', persons: new Set(['who']) });
  assert.deepEqual(left, ['x', 'seq']);
  const who = table.columns.find(({ name }) => name === 'who');
  assert.deepEqual(
    [who?.labels, [...(who?.values.subarray(0, 3) ?? [])]],
    [
      ['who-1', 'who-2'],
      [0, 1, 0],
    ],
  );
  assert.ok(
    table.columns.some(({ name }) => name === 'total'),
    'what sums up is no counter',
  );
});

test('seriesTable() refuses rows without time or series', () => {
  for (const rows of [
    [],
    [{ device: 'a', x: 1 }],
    [{ device: 'a', time: 'soon', x: 1 }],
    [{ device: 'a', time: '2026-01-01T00:00:00Z' }],
  ]) {
    assert.throws(() => seriesTable(rows, { series: 'device', time: 'time' }), { code: 'MODELS_ROWS_UNFIT' });
  }
});
