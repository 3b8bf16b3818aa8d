import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, decodeUtf8, encodeUtf8, equalBytes, fromBase64, fromHex, toBase64, toHex } from './bytes.ts';

test('decodeUtf8() gives back what encodeUtf8() took, byte order mark included', () => {
  for (const text of ['', 'weir', 'Über 20 °C', '\u{1f30a}', '\ufeffmark']) {
    assert.equal(decodeUtf8(encodeUtf8(text)), text);
  }
});

test('decodeUtf8() refuses what is not UTF-8', () => {
  for (const hex of ['ff', 'c080', 'eda080', 'f4908080', 'e282']) {
    assert.throws(() => decodeUtf8(fromHex(hex)), { code: 'CORE_BYTES_INVALID' }, hex);
  }
});

test('fromHex() and fromBase64() undo their formatters and refuse other texts', () => {
  const data = Uint8Array.from({ length: 256 }, (_, at) => at);
  assert.deepEqual(fromHex(toHex(data)), data);
  assert.deepEqual(fromBase64(toBase64(data)), data);
  for (const text of ['0', 'zz', '0x00']) assert.throws(() => fromHex(text), { code: 'CORE_BYTES_INVALID' });
  for (const text of ['a', '$$$$', 'ab=c']) assert.throws(() => fromBase64(text), { code: 'CORE_BYTES_INVALID' });
});

test('concatBytes() joins in order', () => {
  assert.deepEqual(concatBytes([fromHex('01'), fromHex(''), fromHex('0203')]), fromHex('010203'));
  assert.equal(concatBytes([]).length, 0);
});

test('equalBytes() compares content and length', () => {
  assert.equal(equalBytes(fromHex('0102'), fromHex('0102')), true);
  assert.equal(equalBytes(fromHex('0102'), fromHex('0103')), false);
  assert.equal(equalBytes(fromHex('01'), fromHex('0100')), false);
});
