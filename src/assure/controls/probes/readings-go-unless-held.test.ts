import { test } from 'node:test';
import { LET_GO, SOUND_ARCHIVE } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { readingsGoUnlessHeld } from './readings-go-unless-held.ts';

test('readingsGoUnlessHeld turns red', () =>
  assertTurnsRed(readingsGoUnlessHeld, {
    'it was never there': { letGo: async () => ({ ...LET_GO, seen: false }) },
    'a hold holds nothing': { letGo: async () => ({ ...LET_GO, heldStays: false }) },
    'it can still be asked for': { letGo: async () => ({ ...LET_GO, gone: false }) },
    'something should have gone': { letGo: async () => ({ ...LET_GO, overdue: ['climate s1'] }) },
    'an archive is away': { letGo: async () => ({ ...LET_GO, archives: [{ ...SOUND_ARCHIVE, problem: 'away' }] }) },
    'an archived segment is damaged': {
      letGo: async () => ({ ...LET_GO, archives: [{ ...SOUND_ARCHIVE, damaged: ['s1'] }] }),
    },
    'what went is still archived': {
      letGo: async () => ({ ...LET_GO, archives: [SOUND_ARCHIVE, { ...SOUND_ARCHIVE, leftOver: ['segments/a/s2'] }] }),
    },
  }));
