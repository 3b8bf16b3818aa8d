import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { deviceHasOneEntry } from './device-has-one-entry.ts';

const probe = { name: '_probe', index: 0 };

test('deviceHasOneEntry turns red', () =>
  assertTurnsRed(deviceHasOneEntry, {
    'the prober has two entries': { inventory: async () => [probe, { name: '_probe', index: 1 }] },
    'two devices share a place': { inventory: async () => [probe, { name: 'a', index: 0 }] },
    'the inventory is empty': { inventory: async () => [] },
    'unknown names are admitted': { connect: async () => ({ admitted: true, protocol: null, reason: null }) },
    'other names can be taken': { publish: async () => [{ code: 0, text: null }] },
    'readings stand under another name': {
      query: async (sql) => ({ status: 200, body: sql.includes('count') ? [{ n: 1 }] : [{ device: 'a' }] }),
    },
  }));
