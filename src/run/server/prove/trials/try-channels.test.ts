import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryChannels } from './try-channels.ts';
import { trialWorld } from './testing.ts';

test('tryChannels() sees a channel of command and control told among others, and none of these', async (t) => {
  const world = await trialWorld(t);
  const trial = await tryChannels(world);
  assert.deepEqual([trial.watched, trial.quiet, trial.channels], [true, true, 1]);
  assert.match(trial.told?.sentence ?? '', /^_probe calls 198\.51\.100\.10 on tcp port 443 every 1[34](\.\d)? s/);
  // Again, since it forgets what it knew.
  assert.equal((await tryChannels(world)).channels, 1);
});

test('tryChannels() sees a watch that tells of no channel, and none at all', async (t) => {
  const deaf = { ...(await trialWorld(t)), alerts: { list: async () => [] } };
  const blind = await tryChannels(deaf);
  assert.deepEqual([blind.watched, blind.told], [true, null]);
  assert.equal((await tryChannels(await trialWorld(t, null))).watched, false);
});
