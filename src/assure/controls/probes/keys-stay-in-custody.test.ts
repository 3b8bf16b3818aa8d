import { test } from 'node:test';
import { SOUND_KEY_SEARCH } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { keysStayInCustody } from './keys-stay-in-custody.ts';

test('keysStayInCustody turns red', () =>
  assertTurnsRed(keysStayInCustody, {
    'a file shows a key': { searchKeys: async () => ({ ...SOUND_KEY_SEARCH, hits: ['catalogue.db'] }) },
    'others may read the root key': { searchKeys: async () => ({ ...SOUND_KEY_SEARCH, open: ['keys/root.json'] }) },
    'there are no keys': { searchKeys: async () => ({ ...SOUND_KEY_SEARCH, keys: 0 }) },
    'nothing was searched': { searchKeys: async () => ({ ...SOUND_KEY_SEARCH, files: 0, bytes: 0 }) },
  }));
