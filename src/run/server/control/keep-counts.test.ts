import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import { keepCounts } from './keep-counts.ts';

test('keepCounts() saves every now and then and at the end, whatever one of them does', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let saved = 0;
  const errors: object[] = [];
  const failing = { save: () => Promise.reject(new Error('no room')) };
  const counting = { save: async () => void (saved += 1) };
  const keeping = keepCounts([failing, counting], millis(15_000), { error: (fields) => errors.push(fields) });
  t.mock.timers.tick(15_000);
  await new Promise(setImmediate);
  assert.deepEqual([saved, errors], [1, [{ error: 'Error: no room' }]]);
  await keeping[Symbol.asyncDispose]();
  assert.equal(saved, 2);
  t.mock.timers.tick(60_000);
  await new Promise(setImmediate);
  assert.equal(saved, 2);
});
