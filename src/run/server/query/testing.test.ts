import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, openQueryWorld } from './testing.ts';

test('openQueryWorld() answers, and ends with all that it started', async () => {
  const steps: (() => Promise<void>)[] = [];
  const world = await openQueryWorld({ after: (step) => steps.unshift(step) });
  assert.equal((await world.answerOf(ask('select count(*) as n from climate'))).text, 'n\r\n2\r\n');
  assert.deepEqual(world.entries(0), [['person:ada', 'view:climate', 'quality', 'allowed', undefined]]);
  for (const step of steps) await step();
});
