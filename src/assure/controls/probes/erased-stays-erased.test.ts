import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { erasedStaysErased } from './erased-stays-erased.ts';

const SOUND = { requests: 2, looked: 1, remains: [], shown: [], overdue: [] };

test('erasedStaysErased turns red', () =>
  assertTurnsRed(erasedStaysErased, {
    'rows of somebody came back': { rightsTrial: async () => ({ ...SOUND, remains: ['r1: 4 in trips'] }) },
    'somebody is shown again': { rightsTrial: async () => ({ ...SOUND, shown: ['r1'] }) },
    'a request waits too long': { rightsTrial: async () => ({ ...SOUND, overdue: ['r1'] }) },
    'a correction of whom readings are about is taken': {
      correctionTrial: async () => ({ tried: 4, wrong: ['trips.rider: taken'] }),
    },
  }));
