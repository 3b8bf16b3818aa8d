import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_COMMANDS, toldBy } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import type { CommandTrial } from '../watch-trials.ts';
import { oddCommandsAreTold } from './odd-commands-are-told.ts';

const w = (more: Partial<CommandTrial>) => ({ commandTrial: async () => ({ ...SOUND_COMMANDS, ...more }) });

test('odd-commands-are-told turns red where one of its promises is broken', async () => {
  await assertTurnsRed(oddCommandsAreTold, {
    'the usual is told': w({ quiet: false }),
    'another order is not told': w({ oddOrder: null }),
    'another hour is not told': w({ oddTime: null }),
    'it is told without its field': w({ oddTime: toldBy('odd-time', { sentence: 'something was odd' }) }),
    'its own hour is told': w({ usualAgain: false }),
    'a beacon is not told': w({ beacon: null }),
  });
});

test('odd-commands-are-told has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(w({ watched: false }));
  const { outcome } = await oddCommandsAreTold.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
