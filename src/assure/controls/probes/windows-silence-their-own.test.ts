import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchTrial } from '../watch-trials.ts';
import { SOUND_WATCH } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { windowsSilenceTheirOwn } from './windows-silence-their-own.ts';

const watchOwn = (more: Partial<WatchTrial>) => ({ watchOwn: async () => ({ ...SOUND_WATCH, ...more }) });

test('windows-silence-their-own turns red where a window silences too much or nothing', async () => {
  await assertTurnsRed(windowsSilenceTheirOwn, {
    'too much': watchOwn({ otherWindowLeaves: false }),
    nothing: watchOwn({ windowSilences: false }),
  });
});

test('windows-silence-their-own has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(watchOwn({ watched: false }));
  const { outcome } = await windowsSilenceTheirOwn.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
