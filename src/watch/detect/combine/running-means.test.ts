import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginMeans, meanWith, takeIntoMeans } from './running-means.ts';

function meansOf(rows: readonly (readonly number[])[], over: number): number[][] {
  const state = beginMeans(rows[0]!.length, over);
  return rows.map((values) => {
    const row = Float64Array.from(values);
    const into = new Float64Array(row.length);
    meanWith(state, row, into);
    takeIntoMeans(state, row);
    return [...into];
  });
}

test('meanWith() means the latest rows, and fewer at the start', () => {
  const rows = [
    [1, 10],
    [3, 20],
    [8, 60],
  ];
  assert.deepEqual(meansOf(rows, 2), [
    [1, 10],
    [2, 15],
    [5.5, 40],
  ]);
});

test('meanWith() leaves out what is missing, and has no mean for what is missing now', () => {
  assert.deepEqual(meansOf([[1], [NaN], [3], [5]], 3), [[1], [NaN], [2], [4]]);
});

test('meanWith() changes nothing', () => {
  const state = beginMeans(1, 2);
  meanWith(state, Float64Array.of(4), new Float64Array(1));
  assert.deepEqual(state, beginMeans(1, 2));
});
