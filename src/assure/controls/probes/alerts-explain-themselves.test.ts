import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchTrial } from '../watch-trials.ts';
import { SOUND_WATCH } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { alertsExplainThemselves } from './alerts-explain-themselves.ts';

const watchOwn = (more: Partial<WatchTrial>) => ({ watchOwn: async () => ({ ...SOUND_WATCH, ...more }) });

test('alerts-explain-themselves turns red where nothing is told, or not why', async () => {
  await assertTurnsRed(alertsExplainThemselves, {
    'nothing is told': watchOwn({ alert: null }),
    'another field is named': watchOwn({ alert: { ...SOUND_WATCH.alert, cause: 'value' } }),
    'the reading is another': watchOwn({ alert: { ...SOUND_WATCH.alert, evidence: 3 } }),
    'what is usual is missing': watchOwn({ alert: { ...SOUND_WATCH.alert, usual: null } }),
    'nothing like it is shown': watchOwn({ alert: { ...SOUND_WATCH.alert, nearest: null } }),
    'nothing would have passed': watchOwn({ alert: { ...SOUND_WATCH.alert, wouldPass: null } }),
    'there are no words': watchOwn({ alert: { ...SOUND_WATCH.alert, sentence: '' } }),
  });
});

test('alerts-explain-themselves has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(watchOwn({ watched: false }));
  const { outcome } = await alertsExplainThemselves.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
