import { test } from 'node:test';
import type { Json } from '#base/core/index.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { SOUND_LIVE_WINDOWS, SOUND_WINDOWS } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { lessIsStored } from './less-is-stored.ts';

const DAY = '2026-01-02T00:00:00Z';
const storing = (...rows: readonly Json[]): Partial<ProbePlatform> => ({
  canary: () => 'c',
  query: async () => ({ status: 200, body: rows }),
});

test('lessIsStored turns red', () =>
  assertTurnsRed(lessIsStored, {
    'the value is as fine as it was sent': storing({ canary: 'c', place: 12.3456, day: DAY }),
    'the time is as fine as it was sent': storing({ canary: 'c', place: 12, day: '2026-01-02T03:04:05Z' }),
    'what is for nothing is stored': storing({ canary: 'c', place: 12, day: DAY, surplus: 'c-surplus' }),
    'the value is lost': storing({ canary: 'c', place: null, day: DAY }),
    'what is not declared is stored': storing({ canary: 'c', place: 12, day: DAY, more_c: 'c-undeclared' }),
    'the reading is lost': storing(),
    'a window is written too soon': { windowTrial: async () => ({ ...SOUND_WINDOWS, early: 1 }) },
    'a mean is wrong': { windowTrial: async () => ({ ...SOUND_WINDOWS, right: false }) },
    'a reading of a window is written': { windowTrial: async () => ({ ...SOUND_WINDOWS, found: 1 }) },
    'readings for a window are refused': { windowOwn: async () => ({ ...SOUND_LIVE_WINDOWS, acknowledged: 0 }) },
    'one out of range goes into a window': { windowOwn: async () => ({ ...SOUND_LIVE_WINDOWS, refused: 0 }) },
    'a row is there before its window ends': { windowOwn: async () => ({ ...SOUND_LIVE_WINDOWS, early: 1 }) },
    'a window has two rows': { windowOwn: async () => ({ ...SOUND_LIVE_WINDOWS, rows: 2 }) },
    'a row is wrong': { windowOwn: async () => ({ ...SOUND_LIVE_WINDOWS, right: false }) },
    'a text of a reading is in a file': { windowOwn: async () => ({ ...SOUND_LIVE_WINDOWS, found: 1 }) },
    'the reading is refused': { publish: async () => [{ code: 0x83, text: 'range' }] },
  }));
