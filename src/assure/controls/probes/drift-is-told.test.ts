import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DriftTrial } from '../watch-trials.ts';
import { SOUND_DRIFT } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { driftIsTold } from './drift-is-told.ts';

const driftOwn = (more: Partial<DriftTrial>) => ({ driftOwn: async () => ({ ...SOUND_DRIFT, ...more }) });

test('drift-is-told turns red where drift is not told, or twice, or without its field', async () => {
  await assertTurnsRed(driftIsTold, {
    'nothing is told': driftOwn({ told: 0, fields: [], sentence: null }),
    'it is told again and again': driftOwn({ told: 3 }),
    'another field is named': driftOwn({ fields: ['n'] }),
    'the sentence does not say which': driftOwn({ sentence: 'something has drifted' }),
  });
});

test('drift-is-told has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(driftOwn({ watched: false }));
  const { outcome } = await driftIsTold.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
