import { test } from 'node:test';
import { SOUND_INVENTORY } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { inventoryIsTrue } from './inventory-is-true.ts';

const { inventory, handshakes } = SOUND_INVENTORY;
const withInventory = (over: Partial<typeof inventory>) => ({
  inventoryTrial: async () => ({ inventory: { ...inventory, ...over }, handshakes }),
});

test('inventoryIsTrue turns red', () =>
  assertTurnsRed(inventoryIsTrue, {
    'the certificate of the listener is not listed': withInventory({ certificates: ['other'] }),
    'a group is taken that is not listed': withInventory({ groups: ['X25519MLKEM768'] }),
    'a suite is taken that is not listed': withInventory({ suites: [] }),
    'a group is listed that nobody gets': withInventory({ groups: [...inventory.groups, 'secp384r1'] }),
    'an algorithm that a quantum computer breaks has no year': withInventory({ undated: 1 }),
    'nothing is listed': withInventory({ algorithms: 0 }),
    'a weak group is taken': {
      inventoryTrial: async () => ({
        inventory,
        handshakes: handshakes.map((one) => (one.accepted ? one : { ...one, accepted: true, group: 'secp521r1' })),
      }),
    },
    'the listener is down': {
      inventoryTrial: async () => ({
        inventory,
        handshakes: handshakes.map((one) => ({ ...one, accepted: false })),
      }),
    },
  }));
