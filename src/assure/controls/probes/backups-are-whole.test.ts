import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_BACKUP } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { backupsAreWhole } from './backups-are-whole.ts';

test('backupsAreWhole turns red', () =>
  assertTurnsRed(backupsAreWhole, {
    'it is not there': { backupTrial: async () => [{ ...SOUND_BACKUP, problem: 'BACKUP_MISSING' }] },
    'an object was changed': { backupTrial: async () => [SOUND_BACKUP, { ...SOUND_BACKUP, damaged: ['segments/a'] }] },
    'a flipped bit is not found': { backupTrial: async () => [{ ...SOUND_BACKUP, flipFound: false }] },
    'it opens what was destroyed': {
      backupTrial: async () => [{ ...SOUND_BACKUP, destroyedKeys: ['secrets/epoch-1.key'] }],
    },
    'erasures do not reach it': { backupTrial: async () => [{ ...SOUND_BACKUP, behindHours: 25 }] },
  }));

test('backupsAreWhole has nothing to hold where there is no backup', async () => {
  const { outcome } = await backupsAreWhole.probe(
    soundPlatform({ backupTrial: async () => [] }),
    new AbortController().signal,
  );
  assert.equal(outcome, 'not-applicable');
});
