import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openQueryWorld } from './testing.ts';
import type { QueryWorld } from './testing.ts';

let world: QueryWorld;
const cleanUps: (() => Promise<void>)[] = [];
before(async () => {
  world = await openQueryWorld({ after: (step) => cleanUps.unshift(step) });
});
after(async () => {
  for (const step of cleanUps) await step();
});

test('OwnQuestions.requireCondition() takes what is one over the columns of a stream', async () => {
  await world.service.own.requireCondition('climate', "temperature > 30 and device = 'truck-1'");
  for (const wrong of ['nothing > 1', 'temperature >', 'device in (select device from _devices)', '1) or (1 = 1; --']) {
    await assert.rejects(world.service.own.requireCondition('climate', wrong), wrong);
  }
});
