import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { canaryIsNotOnDisk } from './canary-is-not-on-disk.ts';

const found = { files: 1, bytes: 9, older: 0, unreadable: 0, hits: [] };

test('canaryIsNotOnDisk turns red', () =>
  assertTurnsRed(canaryIsNotOnDisk, {
    'a file shows it': { search: async () => ({ ...found, hits: ['journal/w0/a'] }) },
    'nothing was searched': { search: async () => ({ ...found, files: 0, bytes: 0 }) },
    'the reading is not stored': { query: async () => ({ status: 200, body: [{ n: 0 }] }) },
  }));
