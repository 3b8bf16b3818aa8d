import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { recordMatchesTheStore } from './record-matches-the-store.ts';

test('recordMatchesTheStore turns red', () =>
  assertTurnsRed(recordMatchesTheStore, {
    'a stored field is not declared': {
      recordTrial: async () => ({ documented: ['open', 'accepted', 'closed'], undocumented: ['open.old'] }),
    },
    'a stream is not in the record': { recordTrial: async () => ({ documented: ['open'], undocumented: [] }) },
  }));
