import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { keysAreLogged } from './keys-are-logged.ts';

test('keysAreLogged turns red', () =>
  assertTurnsRed(keysAreLogged, {
    'nothing is logged': { logged: async () => false },
    'keys are not logged': { logged: async (action) => action !== 'create-keys' },
  }));
