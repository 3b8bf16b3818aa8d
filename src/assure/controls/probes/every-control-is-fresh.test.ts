import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { everyControlIsFresh } from './every-control-is-fresh.ts';

test('everyControlIsFresh turns red', () =>
  assertTurnsRed(everyControlIsFresh, {
    'one was not tried': { logged: async (_action, resource) => resource !== 'control:b' },
    'none was tried': { logged: async () => false },
    'there are none': { controls: () => [] },
    'the last run is older': { logged: async (_action, _resource, since) => since < '2026-01-01' },
  }));
