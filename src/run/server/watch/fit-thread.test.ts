import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitForest } from '#learn/models/index.ts';
import { fitInThread } from './fit-thread.ts';

const values = Float64Array.from({ length: 400 }, (_, i) => ((i * 37) % 101) + (i % 4 < 2 ? 0 : 200));
const labels = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 'fridge' : 'pump'));

test('fitInThread() gives the forest that fitForest() does, and the thread that asks goes on meanwhile', async () => {
  let went = false;
  setImmediate(() => (went = true));
  const alive = setInterval(() => {}, 1_000);
  const fitted = await fitInThread(values, 2, labels, { trees: 10, seed: 3 });
  clearInterval(alive);
  assert.ok(went);
  assert.deepEqual(fitted, fitForest(values, 2, labels, { trees: 10, seed: 3 }));
});

test('fitInThread() fails where there is nothing to fit', async () => {
  const alive = setInterval(() => {}, 1_000);
  await assert.rejects(fitInThread(values, 3, labels, {}), RangeError);
  clearInterval(alive);
});
