import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '#base/core/index.ts';
import {
  encodeBits,
  encodeDer,
  encodeExtension,
  encodeGeneralizedTime,
  encodeInteger,
  encodeNumber,
  encodeOid,
  encodeTime,
  headOf,
  integerHex,
  readAll,
  readDer,
  readOnly,
  TAG,
} from './der.ts';

test('elements are written as X.690 has them', () => {
  const cases: [Uint8Array, string][] = [
    [encodeNumber(0), '020100'],
    [encodeNumber(127), '02017f'],
    [encodeNumber(128), '02020080'],
    [encodeNumber(2 ** 40), '0206010000000000'],
    [encodeInteger(Uint8Array.fromHex('00007f')), '02017f'],
    [encodeInteger(new Uint8Array()), '020100'],
    [encodeOid('2.5.29.20'), '0603551d14'],
    [encodeOid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    [encodeBits(Uint8Array.of(5)), '03020005'],
    [encodeDer(TAG.null), '0500'],
    [headOf(TAG.sequence, 200), '3081c8'],
    [headOf(TAG.sequence, 70_000), '3083011170'],
    [encodeExtension('2.5.29.20', Uint8Array.of(1), true), '300b0603551d140101ff040101'],
  ];
  for (const [bytes, hex] of cases) assert.equal(toHex(bytes), hex);
  const at = Date.UTC(2049, 11, 31, 23, 59, 59) * 1_000;
  assert.equal(Buffer.from(readDer(encodeTime(at)).value).toString(), '491231235959Z');
  assert.equal(Buffer.from(readDer(encodeTime(at + 1_000_000)).value).toString(), '20500101000000Z');
  assert.equal(Buffer.from(readDer(encodeGeneralizedTime(0)).value).toString(), '19700101000000Z');
});

test('readDer() reads back what was written, and refuses each truncation and each longer length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (contents) => {
      const whole = encodeDer(TAG.octetString, contents);
      assert.deepEqual(readOnly(whole, TAG.octetString), contents);
      for (const cut of [1, 2, whole.length - 1]) {
        if (cut < whole.length) assert.throws(() => readDer(whole.subarray(0, cut)), { code: 'IDENTITY_DER_INVALID' });
      }
    }),
    { numRuns: 100 },
  );
  for (const hex of ['', '04', '0480', '048100', '04810a00', '04850000000001', '0484ffffffff', '1f0100', '048200ff']) {
    assert.throws(() => readDer(Uint8Array.fromHex(hex)), { code: 'IDENTITY_DER_INVALID' }, hex);
  }
});

test('readAll() and readOnly() take neither more nor other than was asked for', () => {
  const three = Uint8Array.fromHex('050005000500');
  assert.equal(readAll(three, 3).length, 3);
  assert.throws(() => readAll(three, 2), { code: 'IDENTITY_DER_INVALID' });
  assert.throws(() => readOnly(three, TAG.null), { code: 'IDENTITY_DER_INVALID' });
  assert.throws(() => readOnly(Uint8Array.fromHex('0500'), TAG.integer), { code: 'IDENTITY_DER_INVALID' });
  assert.equal(integerHex(Uint8Array.fromHex('00ff')), 'FF');
  assert.equal(integerHex(Uint8Array.of(0)), '00');
});
