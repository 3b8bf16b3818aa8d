import { test } from 'node:test';
import { SOUND_FLEET_SUM } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { encryptedSumsAreRight } from './encrypted-sums-are-right.ts';

const giving = (more: Partial<typeof SOUND_FLEET_SUM>) => ({
  fleetSumTrial: async () => ({ ...SOUND_FLEET_SUM, ...more }),
});

test('encryptedSumsAreRight turns red', () =>
  assertTurnsRed(encryptedSumsAreRight, {
    'the parameters are weak': giving({ security: 80 }),
    'the sum is wrong': giving({ error: 1e-3 }),
    'another key opens it': giving({ otherKey: 0 }),
  }));
