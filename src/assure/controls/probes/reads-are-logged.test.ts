import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { readsAreLogged } from './reads-are-logged.ts';

test('readsAreLogged turns red', () =>
  assertTurnsRed(readsAreLogged, {
    'queries are not logged': { logged: async () => false },
    'refused ones are not logged': { logged: async (_action, resource) => resource !== 'statement' },
  }));
