import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remember } from './remember.ts';

test('remember() looks once for all who ask, and again after a failure', async () => {
  const memory = new Map<string, Promise<number>>();
  let looks = 0;
  const look = async (): Promise<number> => {
    looks += 1;
    if (looks === 1) throw new Error('not yet');
    return looks;
  };
  await assert.rejects(remember(memory, 'a', look), /not yet/);
  assert.deepEqual(await Promise.all([remember(memory, 'a', look), remember(memory, 'a', look)]), [2, 2]);
  assert.equal(looks, 2);
});
