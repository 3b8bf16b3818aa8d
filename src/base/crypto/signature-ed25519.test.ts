import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from '#base/core/index.ts';
import { isSafeEd25519Key } from './signature-ed25519.ts';

test('isSafeEd25519Key() refuses points of small order with either sign, and coordinates at or above the field order', () => {
  const unsafe = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ];
  for (const key of unsafe) assert.equal(isSafeEd25519Key(fromHex(key)), false, key);
});

test('isSafeEd25519Key() takes the first public key of RFC 8032 section 7.1', () => {
  const key = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
  assert.equal(isSafeEd25519Key(fromHex(key)), true);
});
