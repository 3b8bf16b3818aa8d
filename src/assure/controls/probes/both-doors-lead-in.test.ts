import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { bothDoorsLeadIn } from './both-doors-lead-in.ts';

test('bothDoorsLeadIn turns red', () =>
  assertTurnsRed(bothDoorsLeadIn, {
    'HTTPS is shut': { call: async () => ({ status: 503, body: null }) },
    'MQTT is shut': { publish: async () => [{ code: 0x97, text: 'try-later' }] },
    'what was taken is not found': { query: async () => ({ status: 200, body: [{ n: 1 }] }) },
  }));
