import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inParallel } from './in-parallel.ts';

test('inParallel() does every step, so many at a time, and ends with the first fault', async () => {
  let [now, most] = [0, 0];
  const done: number[] = [];
  await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    now -= 1;
    done.push(item);
  });
  assert.deepEqual([done.toSorted((a, b) => a - b), most], [[1, 2, 3, 4, 5], 2]);
  const begun: number[] = [];
  const failing = inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    await new Promise(setImmediate);
    if (item === 1) throw new Error('full');
  });
  await assert.rejects(failing, /full/);
  assert.ok(begun.length < 5);
  await inParallel([], 2, async () => assert.fail());
});
