import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import type { DeviceRecord } from '#trust/identity/index.ts';
import { devicesOwnedBy, inventoryCorner } from './inventory-corner.ts';

const key = TokenKey.fromBytes(new Uint8Array(32).fill(1), 1);

function inventoryOf(owners: Record<string, string | null>) {
  return {
    list: async () => Object.entries(owners).map(([name, owner]) => ({ name, owner }) as DeviceRecord),
    disown: async (name: string, actor: string) => {
      assert.equal(actor, 'weir:rights');
      owners[name] = null;
      return { name, owner: null } as DeviceRecord;
    },
  };
}

test('a person is found in the inventory as owner of devices, and taken out', async () => {
  const owners: Record<string, string | null> = { 'watch-1': 'ada', 'watch-2': 'bob', pump: null };
  const inventory = inventoryOf(owners);
  assert.deepEqual(await devicesOwnedBy(inventory, 'ada'), ['watch-1']);
  const corner = inventoryCorner(inventory, key);
  const place = { relation: 'trips', kind: 'stream', column: 'rider', type: 'text', domain: null, values: [] } as const;
  const known = { places: [{ ...place, digests: [key.text('ada')] }], spans: [] };
  assert.equal(await corner.count(known), 1);
  assert.deepEqual([await corner.erase(known), await corner.count(known), await corner.erase(known)], [1, 0, 0]);
  assert.deepEqual(owners, { 'watch-1': null, 'watch-2': 'bob', pump: null });
});
