import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { tryStranger } from './try-stranger.ts';

test('tryStranger() sees another device told soon, and none where it is the same', async (t) => {
  const { itself, strangerAfter } = await tryStranger(await trialWorld(t));
  assert.ok(itself === 0 && strangerAfter !== null && strangerAfter <= 96);
  assert.deepEqual(await tryStranger(await trialWorld(t), 4), { watched: true, itself: 0, strangerAfter: null });
});

test('tryStranger() sees a watch that does not look at behaviour, and none at all', async (t) => {
  const blind = await trialWorld(t, (plan) => ({ ...plan, byReceipt: true }));
  assert.equal((await tryStranger(blind)).strangerAfter, null);
  assert.equal((await tryStranger(await trialWorld(t, null))).watched, false);
});
