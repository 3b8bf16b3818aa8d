import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedDer, TAG, readDer } from './der.ts';
import type { DerNode } from './der.ts';
import {
  formatSerial,
  readBitOctets,
  readBoolean,
  readIntegerBytes,
  readNamedBits,
  readOid,
  readSmallInteger,
  readText,
  readTime,
} from './der-values.ts';
import { encodeDer } from './der-writer.ts';

const node = (text: string): DerNode => readDer(Uint8Array.fromHex(text.replaceAll(' ', '')));
const textNode = (tag: number, text: string): DerNode => readDer(encodeDer(tag, Buffer.from(text, 'latin1')));

test('values are read as they are written', () => {
  assert.equal(readOid(node('06 03 55 04 03')), '2.5.4.3');
  assert.equal(readSmallInteger(node('02 02 01 00')), 256);
  assert.deepEqual([readBoolean(node('01 01 ff')), readBoolean(node('01 01 00'))], [true, false]);
  assert.deepEqual([...readBitOctets(node('03 03 00 0a 0b'))], [10, 11]);
  assert.equal(readNamedBits(node('03 02 01 06')), (1 << 5) | (1 << 6));
  assert.equal(readTime(textNode(TAG.utcTime, '490101000000Z')), Date.UTC(2049, 0, 1) / 1_000);
  assert.equal(readTime(textNode(TAG.utcTime, '500101000000Z')), Date.UTC(1950, 0, 1) / 1_000);
  assert.equal(readTime(textNode(TAG.generalizedTime, '99991231235959Z')), Date.UTC(9999, 11, 31, 23, 59, 59) / 1_000);
  assert.equal(readText(node('0c 02 c3 a4')), 'ä');
  assert.equal(readText(node('1e 02 00 e4')), 'ä');
  assert.equal(readText(node('1c 04 00 01 f6 00')), '😀');
  assert.equal(formatSerial(Uint8Array.of(0, 0x9a, 1)), '9A01');
  assert.equal(formatSerial(Uint8Array.of(0)), '00');
});

test('values of more than one form, or of none, are refused', () => {
  const table: [string, () => unknown][] = [
    ['a padded integer', () => readIntegerBytes(node('02 02 00 05'))],
    ['a padded negative integer', () => readIntegerBytes(node('02 02 ff 85'))],
    ['an empty integer', () => readIntegerBytes(node('02 00'))],
    ['a negative small integer', () => readSmallInteger(node('02 01 80'))],
    ['a large small integer', () => readSmallInteger(node('02 03 01 00 00'))],
    ['a boolean that is neither', () => readBoolean(node('01 01 01'))],
    ['bits that are no octets', () => readBitOctets(node('03 02 01 06'))],
    ['no bits', () => readBitOctets(node('03 00'))],
    ['unused bits beyond an octet', () => readNamedBits(node('03 02 08 06'))],
    ['an object identifier cut off', () => readOid(node('06 01 88'))],
    ['an object identifier that is padded', () => readOid(node('06 02 80 01'))],
    ['an object identifier that is empty', () => readOid(node('06 00'))],
    ['an object identifier without end', () => readOid(node(`06 20 ${'ff'.repeat(31)} 7f`))],
    ['a time without seconds', () => readTime(textNode(TAG.utcTime, '4901010000Z'))],
    ['a time with an offset', () => readTime(textNode(TAG.utcTime, '490101000000+0100'))],
    ['a time with a fraction', () => readTime(textNode(TAG.generalizedTime, '20490101000000.5Z'))],
    ['the 30th of February', () => readTime(textNode(TAG.utcTime, '490230000000Z'))],
    ['25 hours', () => readTime(textNode(TAG.utcTime, '490101250000Z'))],
    ['no time', () => readTime(undefined)],
    ['broken UTF-8', () => readText(node('0c 01 ff'))],
    ['a printable text beyond ASCII', () => readText(node('13 01 e4'))],
    ['half a character', () => readText(node('1c 03 00 00 41'))],
    ['a character beyond Unicode', () => readText(node('1c 04 00 11 00 00'))],
    ['an octet string as text', () => readText(node('04 01 41'))],
  ];
  for (const [what, read] of table) assert.throws(read, MalformedDer, what);
});
