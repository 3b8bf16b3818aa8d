import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { acknowledgedIsThere } from './acknowledged-is-there.ts';

test('acknowledgedIsThere turns red', () =>
  assertTurnsRed(acknowledgedIsThere, {
    'readings are lost': { query: async () => ({ status: 200, body: [{ n: 49 }] }) },
    'readings are doubled': { query: async () => ({ status: 200, body: [{ n: 55 }] }) },
  }));
