import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchTrial } from '../watch-trials.ts';
import { SOUND_WATCH } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { falseAlarmsStop } from './false-alarms-stop.ts';

const watchOwn = (more: Partial<WatchTrial>) => ({ watchOwn: async () => ({ ...SOUND_WATCH, ...more }) });

test('false-alarms-stop turns red where repeats go on, or never come back', async () => {
  await assertTurnsRed(falseAlarmsStop, {
    'it is told again': watchOwn({ muteSilences: false }),
    'it is silenced for good': watchOwn({ revertTells: false }),
  });
});

test('false-alarms-stop has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(watchOwn({ watched: false }));
  const { outcome } = await falseAlarmsStop.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
