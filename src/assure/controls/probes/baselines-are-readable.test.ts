import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchTrial } from '../watch-trials.ts';
import { SOUND_WATCH } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { baselinesAreReadable } from './baselines-are-readable.ts';

const watchOwn = (more: Partial<WatchTrial>) => ({ watchOwn: async () => ({ ...SOUND_WATCH, ...more }) });

test('baselines-are-readable turns red where there is no baseline, or none that says what it is worth', async () => {
  await assertTurnsRed(baselinesAreReadable, {
    'there is none': watchOwn({ baseline: null }),
    'it is never armed': watchOwn({ baseline: { readings: 9, fields: 2, armed: false, sure: true } }),
    'it does not say how sure it is': watchOwn({ baseline: { readings: 9, fields: 2, armed: true, sure: false } }),
    'it is of no field': watchOwn({ baseline: { readings: 9, fields: 0, armed: true, sure: true } }),
  });
});

test('baselines-are-readable has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(watchOwn({ watched: false }));
  const { outcome } = await baselinesAreReadable.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
