import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { tryConnections } from './try-connections.ts';

test('tryConnections() sees what is unusual told in words, and what is usual not', async (t) => {
  const { watched, quiet, network, stack, size, loop } = await tryConnections(await trialWorld(t));
  assert.ok(watched && quiet);
  assert.match(network?.sentence ?? '', /another network than usual: "127\.66\.0\.1", and before "127\.0\.0\.1"/);
  assert.match(stack?.sentence ?? '', /another TLS stack than usual/);
  assert.match(size?.sentence ?? '', /payloads of another size than usual: \d+ By; usual for it is/);
  assert.match(loop?.rule ?? '', /lost its connection and came back/);
});

test('tryConnections() sees a watch that looks at less, and none at all', async (t) => {
  const blind = await trialWorld(t, (plan) => ({ ...plan, signs: [], detectors: plan.detectors.slice(0, 1) }));
  const { network, stack, size, loop } = await tryConnections(blind);
  assert.deepEqual([network, stack, loop], [null, null, null]);
  assert.ok(size !== null);
  assert.equal((await tryConnections(await trialWorld(t, null))).watched, false);
});
