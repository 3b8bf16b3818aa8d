import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';

test('trialWorld() takes readings through the door to the watch', async (t) => {
  const world = await trialWorld(t);
  const [taken, refused] = await world.publish('streams/_trial', ['{"level": 1}', '{"level": "high"}']);
  assert.deepEqual([taken?.code, refused?.text], [0, 'schema-type']);
  await world.flush();
  const readings = async () => (await world.baseline('_probe'))?.find(({ stream }) => stream === '_trial')?.readings;
  assert.equal(await readings(), 1);
  assert.equal(await (await trialWorld(t, null)).baseline('_probe'), null);
});
