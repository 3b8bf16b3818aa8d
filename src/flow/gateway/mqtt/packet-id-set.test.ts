import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketIdSet } from './packet-id-set.ts';

test('PacketIdSet adds, deletes and lists ids', () => {
  const set = new PacketIdSet();
  assert.deepEqual(set.toArray(), []);
  assert.equal(set.delete(1), false);
  for (const id of [65_535, 1, 8, 7]) assert.equal(set.add(id), true);
  assert.equal(set.add(7), false);
  assert.equal(set.size, 4);
  assert.equal(set.delete(8), true);
  assert.equal(set.has(8), false);
  assert.deepEqual(set.toArray(), [1, 7, 65_535]);
});
