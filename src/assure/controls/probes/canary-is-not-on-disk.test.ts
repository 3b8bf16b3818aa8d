import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { canaryIsNotOnDisk } from './canary-is-not-on-disk.ts';

test('canaryIsNotOnDisk turns red', () =>
  assertTurnsRed(canaryIsNotOnDisk, {
    'a file shows it': { search: async () => ({ files: 1, bytes: 9, hits: ['journal/w0/a'] }) },
    'nothing was searched': { search: async () => ({ files: 0, bytes: 0, hits: [] }) },
    'the reading is not stored': { query: async () => ({ status: 200, body: [{ n: 0 }] }) },
  }));
