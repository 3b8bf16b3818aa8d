import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { tryConditions } from './try-conditions.ts';

test('tryConditions() sees the same load told outside of its condition alone', async (t) => {
  const { watched, inside, outside } = await tryConditions(await trialWorld(t));
  assert.deepEqual([watched, inside, outside > 0], [true, 0, true]);
});

test('tryConditions() sees that without conditions nobody tells them apart', async (t) => {
  const { inside, outside } = await tryConditions(await trialWorld(t), () => null);
  assert.equal(outside, inside);
});

test('tryConditions() sees that nothing is watched', async (t) => {
  assert.equal((await tryConditions(await trialWorld(t, null))).watched, false);
});
