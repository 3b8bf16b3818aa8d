import { test } from 'node:test';
import { SOUND_KEYS } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { oneVersionSeals } from './one-version-seals.ts';

const [root, epoch, old] = SOUND_KEYS;

test('oneVersionSeals turns red', () =>
  assertTurnsRed(oneVersionSeals, {
    'there are no keys': { keys: async () => [] },
    'two versions seal': { keys: async () => [root, epoch, { ...epoch, version: 3 }] },
    'a rotation was never finished': { keys: async () => [root, epoch, { ...old, holds: 5 }] },
    'a key is used up': { keys: async () => [root, { ...epoch, uses: epoch.limit }] },
  }));
