import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '#base/core/index.ts';
import { TAG, readDer } from './der.ts';
import { readOid, readTime } from './der-values.ts';
import {
  encodeBits,
  encodeDer,
  encodeExtension,
  encodeGeneralizedTime,
  encodeHead,
  encodeInteger,
  encodeNumber,
  encodeOid,
  encodeTime,
} from './der-writer.ts';

test('encodeDer() takes the shortest length', () => {
  for (const [length, header] of [
    [0, [0x04, 0x00]],
    [127, [0x04, 0x7f]],
    [128, [0x04, 0x81, 0x80]],
    [256, [0x04, 0x82, 0x01, 0x00]],
  ] as const) {
    assert.deepEqual([...encodeDer(0x04, new Uint8Array(length)).subarray(0, header.length)], header);
  }
});

test('encodeOid() writes what readOid() reads', () => {
  for (const oid of ['1.2.840.113549.1.7.2', '2.5.4.3', '1.3.6.1.5.5.7.3.2', '2.16.840.1.101.3.4.3.18', '0.9']) {
    assert.equal(readOid(readDer(encodeOid(oid))), oid);
  }
});

test('values are written as X.690 has them', () => {
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
    [encodeHead(TAG.sequence, 200), '3081c8'],
    [encodeHead(TAG.sequence, 70_000), '3083011170'],
    [encodeExtension('2.5.29.20', Uint8Array.of(1), true), '300b0603551d140101ff040101'],
  ];
  for (const [bytes, hex] of cases) assert.equal(toHex(bytes), hex);
});

test('encodeTime() writes two digits of the year up to 2049, and readTime() reads both forms', () => {
  const last = Date.UTC(2049, 11, 31, 23, 59, 59) * 1_000;
  for (const [bytes, tag, text] of [
    [encodeTime(last), TAG.utcTime, '491231235959Z'],
    [encodeTime(last + 1_000_000), TAG.generalizedTime, '20500101000000Z'],
    [encodeGeneralizedTime(0), TAG.generalizedTime, '19700101000000Z'],
  ] as const) {
    const node = readDer(bytes, tag);
    assert.equal(Buffer.from(node.content).toString(), text);
  }
  assert.equal(readTime(readDer(encodeTime(last + 999_999))), last / 1_000_000);
});
