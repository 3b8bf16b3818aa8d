import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_REGIONS } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { dataStayInTheirRegion } from './data-stay-in-their-region.ts';

const [store] = SOUND_REGIONS.stores;

test('dataStayInTheirRegion turns red', () =>
  assertTurnsRed(dataStayInTheirRegion, {
    'a segment lies elsewhere': {
      regionTrial: async () => ({ ...SOUND_REGIONS, stores: [{ ...store!, strays: ['a'] }] }),
    },
    'a store cannot be scanned': {
      regionTrial: async () => ({ ...SOUND_REGIONS, stores: [{ ...store!, problem: 'unreachable' }] }),
    },
    'who is outside is shown a column': { regionTrial: async () => ({ ...SOUND_REGIONS, leaks: ['s.n'] }) },
    'an alert is shown to who is outside': { regionTrial: async () => ({ ...SOUND_REGIONS, told: ['alert:a'] }) },
  }));

test('dataStayInTheirRegion has nothing to hold where no region is declared', async () => {
  const platform = soundPlatform({ regionTrial: async () => ({ ...SOUND_REGIONS, regions: [] }) });
  const { outcome } = await dataStayInTheirRegion.probe(platform, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
