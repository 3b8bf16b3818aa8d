import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { columnOf, rowsOf } from '../rows.ts';
import type { Rows } from '../rows.ts';
import { beginSteady, followSlowly, holdSteady, tellWandering } from './steady-fields.ts';

const random = seedRandom(1);
/** Noise, a field that rises all the time, and one that never moves. */
const rows = rowsOf(
  Float64Array.from({ length: 3 * 1_000 }, (_, i) =>
    i % 3 === 0 ? nextNormal(random) : i % 3 === 1 ? i / 300 + nextNormal(random) / 10 : 7,
  ),
  3,
);

function steadied({ values, width, count }: Rows, learnt: number): Rows {
  const state = beginSteady(width);
  tellWandering(state, { values, width, count }, learnt);
  const out = new Float64Array(values.length);
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    holdSteady(state, row, out.subarray(at, at + width));
    followSlowly(state, row);
  }
  return rowsOf(out, width);
}

test('holdSteady() holds what wanders against its slow mean, and leaves the rest as it is', () => {
  const steady = steadied(rows, 400);
  assert.deepEqual(columnOf(steady, 0), columnOf(rows, 0));
  assert.deepEqual(columnOf(steady, 2), columnOf(rows, 2));
  const rising = columnOf(steady, 1).subarray(200);
  assert.ok(Math.max(...rising) - Math.min(...rising) < 2, 'it no longer rises');
});

test('a field that wanders may do so faster, or the other way, than while it was learnt', () => {
  const turning = rowsOf(
    Float64Array.from({ length: 1_000 }, (_, i) => (i < 400 ? i : 400 - 2 * (i - 400)) / 100 + nextNormal(random) / 10),
    1,
  );
  const steady = columnOf(steadied(turning, 400), 0);
  assert.ok(Math.max(...steady.subarray(200).map(Math.abs)) < 1, `${Math.max(...steady.subarray(200))}`);
});

test('tellWandering() knows nothing of what comes after the learnt rows', () => {
  const [early, whole] = [beginSteady(3), beginSteady(3)];
  tellWandering(early, rowsOf(rows.values.slice(0, 3 * 400), 3), 400);
  tellWandering(whole, rows, 400);
  assert.deepEqual(early.wandering, whole.wandering);
  assert.deepEqual([...whole.wandering], [0, 1, 0]);
});

test('what is missing says nothing of a field: it is neither followed nor made up', () => {
  const holes = rowsOf(
    rows.values.map((value, i) => (i % 7 === 0 ? NaN : value)),
    3,
  );
  const steady = steadied(holes, 400);
  assert.deepEqual(
    steady.values.map((value) => (Number.isNaN(value) ? 1 : 0)),
    holes.values.map((value) => (Number.isNaN(value) ? 1 : 0)),
  );
  const nothing = beginSteady(1);
  tellWandering(nothing, rowsOf(new Float64Array(40).fill(NaN), 1), 40);
  assert.equal(nothing.wandering[0], 0);
});
