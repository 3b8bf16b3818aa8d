import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { hostileTextIsInert } from './hostile-text-is-inert.ts';

test('hostileTextIsInert turns red', () =>
  assertTurnsRed(hostileTextIsInert, {
    'texts come back changed': { query: async () => ({ status: 200, body: [{ canary: '49' }] }) },
    'texts are refused': { publish: async (_topic, payloads) => payloads.map(() => ({ code: 0x99, text: 'decode' })) },
  }));
