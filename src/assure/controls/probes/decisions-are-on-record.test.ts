import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { decisionsAreOnRecord } from './decisions-are-on-record.ts';

test('decisionsAreOnRecord turns red', () =>
  assertTurnsRed(decisionsAreOnRecord, {
    'everything is denied': { call: async () => ({ status: 403, body: null }) },
    'everything is allowed': { call: async () => ({ status: 200, body: null }) },
    'the denial is not logged': { logged: async (action) => action !== 'administer' },
    'what was allowed is not logged': { logged: async (action) => action !== 'prove' },
  }));
