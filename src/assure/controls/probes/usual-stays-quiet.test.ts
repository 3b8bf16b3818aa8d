import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchTrial } from '../watch-trials.ts';
import { SOUND_WATCH } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { usualStaysQuiet } from './usual-stays-quiet.ts';

const watchOwn = (more: Partial<WatchTrial>) => ({ watchOwn: async () => ({ ...SOUND_WATCH, ...more }) });

test('usual-stays-quiet turns red where usual readings raise alerts, or the budget is not kept', async () => {
  await assertTurnsRed(usualStaysQuiet, {
    'an alert comes of what is usual': watchOwn({ quiet: false }),
    'more than the budget is likely': watchOwn({ alert: { ...SOUND_WATCH.alert, likely: 100 } }),
    'there is no limit': watchOwn({ alert: null }),
  });
});

test('usual-stays-quiet has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(watchOwn({ watched: false }));
  const { outcome } = await usualStaysQuiet.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
