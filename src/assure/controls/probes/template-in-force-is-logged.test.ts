import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { templateInForceIsLogged } from './template-in-force-is-logged.ts';

test('templateInForceIsLogged turns red', () =>
  assertTurnsRed(templateInForceIsLogged, {
    'no entry names it': { logged: async () => false },
    'no template is in force': { status: async () => ({}) },
  }));
