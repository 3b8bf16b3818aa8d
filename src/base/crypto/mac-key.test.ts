import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { encodeUtf8, toHex } from '#base/core/index.ts';
import { hmacSha256 } from './digest.ts';
import { MacKey } from './mac-key.ts';

const RAW = new Uint8Array(32).fill(0xcd);

test('mac() and macHex() are HMAC-SHA-256, of bytes and of the UTF-8 of texts', () => {
  const key = MacKey.fromBytes(RAW);
  const expected = hmacSha256(RAW, encodeUtf8('Grüße'));
  assert.deepEqual(key.mac('Grüße'), expected);
  assert.deepEqual(key.mac(encodeUtf8('Grüße')), expected);
  assert.equal(key.macHex('Grüße'), toHex(expected));
});

test('fromBytes() refuses short keys', () => {
  assert.throws(() => MacKey.fromBytes(new Uint8Array(31)), { code: 'CRYPTO_KEY_INVALID' });
});

test('MacKey shows its bytes only when asked', () => {
  const key = MacKey.fromBytes(RAW);
  assert.doesNotMatch(inspect(key, { depth: 5, showHidden: true }) + JSON.stringify(key), /cd.{0,2}cd|205/i);
  assert.deepEqual(key.exportBytes(), RAW);
});
