import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketParts } from './packet-parts.ts';

test('PacketParts takes about as much room as what is in it, however it comes', () => {
  const parts = new PacketParts();
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i & 0xff));
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < bytes.length; at++) parts.add(bytes.subarray(at, at + 1));
    assert.equal(parts.length, bytes.length);
    assert.ok(parts.size < 1_000, `${parts.size} objects`);
    assert.equal(parts.first[0], 0);
    assert.deepEqual(parts.take(), bytes);
    assert.deepEqual([parts.length, parts.size], [0, 0]);
  }
});

test('PacketParts gives one part back as it came', () => {
  const parts = new PacketParts();
  const part = Buffer.of(1, 2, 3);
  parts.add(part);
  assert.equal(parts.take(), part);
  parts.add(part);
  parts.clear();
  assert.equal(parts.length, 0);
});
