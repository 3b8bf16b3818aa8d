import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { badReadingsAreRefused } from './bad-readings-are-refused.ts';

test('badReadingsAreRefused turns red', () =>
  assertTurnsRed(badReadingsAreRefused, {
    'everything is taken': { publish: async (_topic, payloads) => payloads.map(() => ({ code: 0, text: null })) },
    'all are refused alike': {
      publish: async (_topic, payloads) => payloads.map(() => ({ code: 0x99, text: 'refused' })),
    },
    'a refused reading is stored': { query: async () => ({ status: 200, body: [{ n: 2 }] }) },
  }));
