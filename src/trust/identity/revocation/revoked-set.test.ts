import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RevokedSet } from './revoked-set.ts';
import { packSerials } from './serial-key.ts';

const serialOf = (n: number): string => `40${n.toString(16).padStart(30, '0')}`.toUpperCase();

test('RevokedSet knows what was added and nothing else, in every thread that attaches', () => {
  const set = RevokedSet.create(64);
  const other = RevokedSet.attach(set.buffer);
  assert.equal(other.has(serialOf(1)), false);
  for (let n = 0; n < 40; n++) assert.equal(set.add(serialOf(n)), true);
  for (let n = 0; n < 40; n++) assert.equal(other.has(serialOf(n)), true, String(n));
  for (let n = 40; n < 400; n++) assert.equal(other.has(serialOf(n)), false, String(n));
  assert.equal(set.add(serialOf(3)), true, 'once more is the same');
  assert.equal(other.size, 40);
});

test('RevokedSet agrees with a plain set, serials of other authorities among them', () => {
  const serials = fc.array(fc.stringMatching(/^([0-9A-F]{2}){1,20}$/), { maxLength: 200 });
  fc.assert(
    fc.property(serials, serials, (added, asked) => {
      const set = RevokedSet.create(512);
      set.addPacked(packSerials(added));
      const plain = new Set(added);
      for (const serial of [...added, ...asked]) assert.equal(set.has(serial), plain.has(serial), serial);
      assert.equal(set.size, plain.size);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('RevokedSet says when it is full and still knows the rest', () => {
  const set = RevokedSet.create(8);
  for (let n = 0; n < 6; n++) assert.equal(set.add(serialOf(n)), true);
  assert.equal(set.add(serialOf(6)), false);
  assert.deepEqual([set.has(serialOf(5)), set.has(serialOf(6)), set.size], [true, false, 6]);
  assert.throws(() => RevokedSet.create(6), RangeError);
  assert.throws(() => RevokedSet.attach(new SharedArrayBuffer(64)), TypeError);
});

test('a million revoked serials fit into 64 MiB', () => {
  const set = RevokedSet.create();
  const packed = new Uint8Array(1_000_000 * 16);
  const view = new DataView(packed.buffer);
  // Spread like random serials, and repeatable.
  for (let n = 0; n < 1_000_000; n++) {
    view.setUint32(n * 16, 0x40000000);
    for (let word = 1; word < 4; word++) view.setUint32(n * 16 + word * 4, Math.imul(n * 3 + word, 0x9e3779b1));
  }
  assert.equal(set.addPacked(packed), true);
  assert.equal(set.size, 1_000_000);
  assert.ok(set.buffer.byteLength <= 64 * 1_048_576);
  assert.equal(set.has(Buffer.from(packed.subarray(16, 32)).toString('hex')), true);
  assert.equal(set.has(serialOf(7)), false);
});
