import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceShares, MOST_DEVICES } from './device-shares.ts';

/** Four devices whose ranks are spread evenly, then as told. */
function sharesOf(since: Readonly<Record<string, number>>): DeviceShares {
  const shares = new DeviceShares(2);
  for (const device of ['a', 'b', 'c', 'd']) {
    const place = shares.placeOf(device);
    for (let i = 0; i < 100; i++) shares.add(place, 1, (i % 10) / 10 + 0.05);
  }
  shares.settle(1);
  for (const [device, rank] of Object.entries(since)) {
    for (let i = 0; i < 50; i++) shares.add(shares.placeOf(device), 1, rank < 0 ? (i % 10) / 10 + 0.05 : rank);
  }
  return shares;
}

test('DeviceShares tells one device from the fleet and from those that are new', () => {
  const one = sharesOf({ a: -1, b: 0.95, c: -1, d: -1 }).scopeOf(1);
  assert.deepEqual(one, { kind: 'devices', devices: ['b'], of: 4 });
  const all = sharesOf({ a: 0.9, b: 0.95, c: 0.9, d: 0.8 }).scopeOf(1);
  assert.deepEqual([all.kind, all.devices.length, all.of], ['fleet', 4, 4]);
  const fresh = sharesOf({ a: -1, b: -1, c: -1, d: -1, e: 0.95 }).scopeOf(1);
  assert.deepEqual(fresh, { kind: 'new-devices', devices: ['e'], of: 5 });
});

test('DeviceShares sees values that only spread more or less', () => {
  assert.deepEqual(sharesOf({ a: -1, b: 0.5, c: -1, d: -1 }).scopeOf(1), { kind: 'devices', devices: ['b'], of: 4 });
});

test('DeviceShares goes on from its entries, forgets a field, and is bounded', () => {
  const shares = sharesOf({ b: 0.95, a: -1 });
  const other = new DeviceShares(2);
  const { devices, sums } = shares.entries;
  assert.ok(other.restore(devices, sums.slice()));
  assert.deepEqual(other.scopeOf(1), shares.scopeOf(1));
  assert.ok(!new DeviceShares(3).restore(devices, sums));
  other.forget(1);
  assert.deepEqual(other.scopeOf(1), { kind: 'fleet', devices: [], of: 0 });
  for (let i = 0; i < 2 * MOST_DEVICES; i++) shares.placeOf(`device ${i}`);
  assert.equal(shares.placeOf('one more'), -1);
  shares.add(-1, 1, 0.5);
  assert.equal(shares.entries.devices.length, MOST_DEVICES);
});
