import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchTrial } from '../probe-platform.ts';
import { assertTurnsRed, soundPlatform, SOUND_WATCH } from '../testing.ts';
import { alertsBecomeIncidents } from './alerts-become-incidents.ts';

const watchOwn = (more: Partial<WatchTrial>) => ({ watchOwn: async () => ({ ...SOUND_WATCH, ...more }) });

test('alerts-become-incidents turns red where they stay apart', async () => {
  await assertTurnsRed(alertsBecomeIncidents, {
    'each is one of its own': watchOwn({ incident: false }),
  });
});

test('alerts-become-incidents has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(watchOwn({ watched: false }));
  const { outcome } = await alertsBecomeIncidents.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
