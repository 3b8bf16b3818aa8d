import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { tryCommands } from './try-commands.ts';

test('tryCommands() sees the odd order, the odd hour and the beacon told, and the usual not', async (t) => {
  const { quiet, oddOrder, oddTime, usualAgain, beacon } = await tryCommands(await trialWorld(t));
  assert.deepEqual([quiet, usualAgain], [true, true]);
  assert.deepEqual([oddOrder?.by, oddTime?.by, beacon?.by], [['odd-order'], ['odd-time'], ['beacon']]);
  assert.match(oddOrder?.sentence ?? '', /^command of _probe was "close" after "close"/);
  assert.match(oddTime?.sentence ?? '', /^command of _probe was "open" at 03:00 UTC/);
});

test('tryCommands() sees a watch without what looks at sequences, and none at all', async (t) => {
  const blind = await trialWorld(t, (plan) => ({
    ...plan,
    detectors: plan.detectors.filter(({ scores }) => scores === undefined),
  }));
  const { oddOrder, oddTime, beacon } = await tryCommands(blind);
  assert.deepEqual([oddOrder, oddTime, beacon], [null, null, null]);
  assert.equal((await tryCommands(await trialWorld(t, null))).watched, false);
});
