import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { tryFlows } from './try-flows.ts';

test('tryFlows() sees a flow told that no rule allows, with its port, and none that one does', async (t) => {
  const { quiet, port, violation } = await tryFlows(await trialWorld(t));
  assert.equal(quiet, true);
  assert.ok(violation?.sentence.includes(`203.0.113.9 over tcp on port ${port}`));
});

test('tryFlows() sees a watch that tells nothing, and none at all', async (t) => {
  const world = await trialWorld(t);
  const deaf = { ...world, alerts: { list: async () => [] }, within: async () => false };
  assert.equal((await tryFlows(deaf)).violation, null);
  assert.equal((await tryFlows(await trialWorld(t, null))).watched, false);
});
