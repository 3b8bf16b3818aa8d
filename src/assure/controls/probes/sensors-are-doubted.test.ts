import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_SENSORS, toldBy } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import type { SensorTrial } from '../watch-trials.ts';
import { sensorsAreDoubted } from './sensors-are-doubted.ts';

const w = (more: Partial<SensorTrial>) => ({ sensorTrial: async () => ({ ...SOUND_SENSORS, ...more }) });

test('sensors-are-doubted turns red where one of its promises is broken', async () => {
  await assertTurnsRed(sensorsAreDoubted, {
    'a sound sensor is doubted': w({ quiet: false }),
    'one that is stuck is not told': w({ stuck: null }),
    'another field is named': w({ stuck: toldBy('stuck-check', { field: 'inflow' }) }),
    'a splice is not told': w({ spliced: null }),
    'scaling is told without its rule': w({ scaled: toldBy('robust-z') }),
    'a replay is not told': w({ replayed: null }),
    'no reading is shown': w({ scaled: { ...SOUND_SENSORS.scaled, evidence: 0 } }),
  });
});

test('sensors-are-doubted has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(w({ watched: false }));
  const { outcome } = await sensorsAreDoubted.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
