import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, millis } from '#base/core/index.ts';
import { answerWithin } from './answer-within.ts';

test('answerWithin() gives the answer, and nothing of who fails or hangs', async () => {
  assert.equal(await answerWithin(Promise.resolve(7), hours(1)), 7);
  assert.equal(await answerWithin(Promise.resolve(null), hours(1)), null, 'an answer of its own');
  assert.equal(await answerWithin(Promise.reject(new Error('no')), hours(1)), undefined);
  assert.equal(await answerWithin(new Promise<number>(() => {}), millis(20)), undefined);
});
