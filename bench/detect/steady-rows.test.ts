import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { columnOf, rowsOf } from '#watch/detect/index.ts';
import { meansOver, steadyRows } from './steady-rows.ts';

const random = seedRandom(1);
/** Noise, a field that rises all the time, and one that never moves. */
const rows = rowsOf(
  Float64Array.from({ length: 3 * 1_000 }, (_, i) =>
    i % 3 === 0 ? nextNormal(random) : i % 3 === 1 ? i / 300 + nextNormal(random) / 10 : 7,
  ),
  3,
);

test('steadyRows() holds what wanders against its slow mean, and leaves the rest as it is', () => {
  const steady = steadyRows(rows, 400);
  assert.deepEqual(columnOf(steady, 0), columnOf(rows, 0));
  assert.deepEqual(columnOf(steady, 2), columnOf(rows, 2));
  const rising = columnOf(steady, 1).subarray(200);
  assert.ok(Math.max(...rising) - Math.min(...rising) < 2, 'it no longer rises');
});

test('steadyRows() knows nothing of what comes after a row', () => {
  const early = rowsOf(rows.values.slice(0, 3 * 600), 3);
  assert.deepEqual(steadyRows(early, 400).values, steadyRows(rows, 400).values.subarray(0, 3 * 600));
});

test('meansOver() means the latest rows, and fewer at the start', () => {
  const means = meansOver(rowsOf(Float64Array.of(1, 10, 3, 20, 8, 60), 2), 2);
  assert.deepEqual([...means.values], [1, 10, 2, 15, 5.5, 40]);
});
