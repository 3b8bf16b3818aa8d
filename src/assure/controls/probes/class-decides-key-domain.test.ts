import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { classDecidesKeyDomain } from './class-decides-key-domain.ts';

test('classDecidesKeyDomain turns red', () =>
  assertTurnsRed(classDecidesKeyDomain, {
    'a column is under another domain': {
      call: async () => ({
        status: 200,
        body: { columns: [{ column: 'pulse', class: 'health', domain: 'operational' }] },
      }),
    },
    'a secret is stored': {
      call: async () => ({
        status: 200,
        body: { columns: [{ column: 'key', class: 'secret', domain: 'operational' }] },
      }),
    },
    'there is nothing': { call: async () => ({ status: 200, body: { columns: [] } }) },
  }));
