import { test } from 'node:test';
import { SOUND_SYNTHESIS } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { syntheticRowsCopyNothing } from './synthetic-rows-copy-nothing.ts';

const giving = (more: Partial<typeof SOUND_SYNTHESIS>) => ({
  synthesisTrial: async () => ({ ...SOUND_SYNTHESIS, ...more }),
});

test('syntheticRowsCopyNothing turns red', () =>
  assertTurnsRed(syntheticRowsCopyNothing, {
    'a rare row is copied': giving({ nearRare: 1 }),
    'membership is told': giving({ membership: 0.9 }),
    'an effect comes before its cause': giving({ effectsBeforeCause: 3 }),
    'nothing is made': giving({ made: 0 }),
  }));
