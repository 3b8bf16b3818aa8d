import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedRandom } from '#learn/features/index.ts';
import { generateSeries } from './generate-series.ts';
import { learnSeries } from './series-model.ts';

test('generateSeries() makes as many rows as asked, in series, and draws again what comes near to a rare row', () => {
  const random = seedRandom(4);
  const rows = 500;
  const table = {
    rows,
    series: new Uint32Array(rows),
    time: Float64Array.from({ length: rows }, (_, i) => i * 60_000_000),
    columns: [{ name: 'x', labels: null, whole: true, values: Float64Array.from({ length: rows }, (_, i) => i % 50) }],
  };
  const model = learnSeries(
    table,
    Uint32Array.from({ length: rows }, (_, i) => i),
    [],
    random,
  );
  const none = { count: 0, isNear: () => false, near: () => 0 };
  const { table: made, redrawn } = generateSeries(model, 101, 4, none, random);
  assert.deepEqual([made.rows, new Set(made.series).size, redrawn], [101, 4, 0]);
  assert.ok(made.columns[0]!.values.every((value) => Number.isInteger(value)));
  assert.ok(made.time.every((time, i) => i === 0 || made.series[i] !== made.series[i - 1] || time > made.time[i - 1]!));
  const picky = { ...none, isNear: (scores: Float64Array) => scores[0]! > 0 };
  const kept = generateSeries(model, 200, 1, picky, random);
  assert.ok(kept.redrawn > 50);
  assert.ok(kept.table.columns[0]!.values.every((value) => value <= 26));
});
