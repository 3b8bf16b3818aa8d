import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDer } from './der.ts';
import { readOid } from './der-values.ts';
import { encodeDer, encodeOid } from './der-writer.ts';

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
