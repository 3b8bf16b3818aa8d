import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { CompactRange, hashLeaf } from '#base/crypto/index.ts';
import { decodeBundle, decodeTile, encodeBundle, encodeTile, hashTile } from './tile.ts';

const hashes = Array.from({ length: 8 }, (_, i) => hashLeaf(encodeUtf8(`${i}`)));

test('decodeTile() is the inverse of encodeTile(), and refuses each truncation', () => {
  const bytes = encodeTile(hashes);
  assert.deepEqual(decodeTile(bytes, 8), hashes);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeTile(bytes.subarray(0, length), 8), { code: 'AUDIT_TILE_INVALID' });
  }
});

test('hashTile() is the root over its hashes', () => {
  const range = new CompactRange();
  for (const hash of hashes) range.append(hash);
  assert.deepEqual(hashTile(hashes), range.root());
  assert.deepEqual(hashTile(hashes.slice(0, 1)), hashes[0]);
});

test('decodeBundle() is the inverse of encodeBundle(), and refuses truncations and what follows', () => {
  const entries = ['one', '', 'three', 'x'.repeat(65_535)].map((text) => encodeUtf8(text));
  const bytes = encodeBundle(entries);
  assert.deepEqual(decodeBundle(bytes, 4), entries);
  for (const length of [0, 1, 2, 4, 5, 6, 7, bytes.length - 1]) {
    assert.throws(() => decodeBundle(bytes.subarray(0, length), 4), { code: 'AUDIT_TILE_INVALID' });
  }
  assert.throws(() => decodeBundle(bytes, 3), { code: 'AUDIT_TILE_INVALID' });
  assert.throws(() => decodeBundle(new Uint8Array([...bytes, 0]), 4), { code: 'AUDIT_TILE_INVALID' });
});

test('decodeBundle() stops at 256 entries', () => {
  assert.throws(() => decodeBundle(new Uint8Array(2 * 100_000), 256), { code: 'AUDIT_TILE_INVALID' });
});

test('encodeBundle() refuses an entry that its length field cannot tell', () => {
  assert.throws(() => encodeBundle([new Uint8Array(65_536)]), RangeError);
});
