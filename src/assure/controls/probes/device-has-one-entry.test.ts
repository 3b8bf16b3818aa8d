import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { deviceHasOneEntry } from './device-has-one-entry.ts';

test('deviceHasOneEntry turns red', () =>
  assertTurnsRed(deviceHasOneEntry, {
    'the prober has two entries': {
      call: async () => ({ status: 200, body: { devices: [{ name: '_probe' }, { name: '_probe' }] } }),
    },
    'the inventory is empty': { call: async () => ({ status: 200, body: { devices: [] } }) },
    'unknown names are admitted': { connect: async () => ({ admitted: true, protocol: null, reason: null }) },
  }));
