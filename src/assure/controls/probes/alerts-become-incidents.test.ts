import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchTrial, AttackTrial } from '../watch-trials.ts';
import { SOUND_ATTACK, SOUND_WATCH } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { alertsBecomeIncidents } from './alerts-become-incidents.ts';

const watchOwn = (more: Partial<WatchTrial>) => ({ watchOwn: async () => ({ ...SOUND_WATCH, ...more }) });

const attack = (more: Partial<AttackTrial>) => ({ attackTrial: async () => ({ ...SOUND_ATTACK, ...more }) });

test('alerts-become-incidents turns red where they stay apart, or an attack is not told as one', async () => {
  await assertTurnsRed(alertsBecomeIncidents, {
    'each is one of its own': watchOwn({ incident: false }),
    'what the log says is no step': watchOwn({ refusalIsStep: false }),
    'something is told before': attack({ quiet: false }),
    'a stage is not told': attack({ stages: ['stuck-check', 'robust-z'] }),
    'stages come in another order': attack({ stages: ['physics', 'stuck-check', 'robust-z'] }),
    'a step began before the one before it': attack({ inOrder: false }),
    'a stage is an incident of its own': attack({ together: false }),
    'all that ever goes wrong is one': attack({ laterApart: false }),
  });
});

test('alerts-become-incidents has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(watchOwn({ watched: false }));
  const { outcome } = await alertsBecomeIncidents.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
