import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { purposesAreStated } from './purposes-are-stated.ts';

test('purposesAreStated turns red', () =>
  assertTurnsRed(purposesAreStated, {
    'another purpose is answered': { call: async () => ({ status: 200, body: { rows: [] } }) },
    'nothing is answered at all': { query: async () => ({ status: 200, body: [] }) },
    'the refusal is not on record': { logged: async () => false },
  }));
