import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonOf } from '../reasons.ts';
import { checkCbor } from './cbor-check.ts';
import { mostObjects } from './json-parser.ts';

const LIMITS = { depth: 3, fields: 2, textLength: 4, batchReadings: 1 };

for (const [hex, expected] of [
  ['a0', 'admitted'],
  ['a161611864', 'admitted'],
  ['a16161fb3ff8000000000000', 'admitted'],
  ['a16161f93c00', 'admitted'],
  ['a16161f5', 'admitted'],
  ['a16161f6', 'admitted'],
  ['1b001fffffffffffff', 'admitted'],
  ['3b001ffffffffffffe', 'admitted'],
  ['3b001fffffffffffff', 'integer-overflow'],
  ['1b0020000000000000', 'integer-overflow'],
  ['1bffffffffffffffff', 'integer-overflow'],
  ['f97e00', 'not-finite'],
  ['f97c00', 'not-finite'],
  ['fa7f800000', 'not-finite'],
  ['fbfff0000000000000', 'not-finite'],
  ['61ff', 'bad-utf8'],
  ['62c328', 'bad-utf8'],
  ['63eda080', 'bad-utf8'],
  ['656162636465', 'too-long'],
  ['66c3a4c3a4c3a4', 'admitted'],
  ['a3616101616202616303', 'too-many-fields'],
  ['81818180', 'too-deep'],
  ['818180', 'admitted'],
  ['a1695f5f70726f746f5f5f01', 'too-long'],
  ['a10102', 'decode'],
  ['9f01ff', 'decode'],
  ['7f6161ff', 'decode'],
  ['c100', 'decode'],
  ['f7', 'decode'],
  ['f820', 'decode'],
  ['1c', 'decode'],
  ['18', 'decode'],
  ['9bffffffffffffffff', 'decode'],
  ['9a00100000', 'decode'],
  ['5a7fffffff', 'decode'],
  ['a16161', 'decode'],
  ['0101', 'decode'],
  ['', 'decode'],
] as const) {
  test(`checkCbor() of ${hex} says ${expected}`, () => {
    assert.equal(reasonOf(checkCbor(Buffer.from(hex, 'hex'), LIMITS).reason)?.word, expected);
  });
}

test('checkCbor() takes integer keys only where asked', () => {
  assert.equal(checkCbor(Buffer.from('a120f5', 'hex'), LIMITS, true).reason, 0);
  assert.notEqual(checkCbor(Buffer.from('a120f5', 'hex'), LIMITS).reason, 0);
  assert.notEqual(checkCbor(Buffer.from('a1f501', 'hex'), LIMITS, true).reason, 0);
});

test('checkCbor() is quick with nesting and lengths that lie', () => {
  const began = process.cpuUsage();
  for (const bytes of [Buffer.alloc(65_536, 0x81), Buffer.alloc(65_536, 0xa1), Buffer.from('9a00ffffff', 'hex')]) {
    assert.notEqual(checkCbor(bytes, LIMITS).reason, 0);
  }
  assert.ok(process.cpuUsage(began).user < 500_000);
});

test('checkCbor() refuses a key that could reach a prototype, at any depth', () => {
  const limits = { ...LIMITS, textLength: 20 };
  for (const hex of ['a1695f5f70726f746f5f5f01', 'a16161a1695f5f70726f746f5f5f01']) {
    assert.equal(reasonOf(checkCbor(Buffer.from(hex, 'hex'), limits).reason)?.word, 'proto-key');
  }
  assert.equal(checkCbor(Buffer.from('a16a785f5f70726f746f5f5f01', 'hex'), limits).reason, 0);
});

test('checkCbor() finds more things than a message may have that take an object each', () => {
  const array = (count: number, item: number): Buffer => {
    const bytes = Buffer.alloc(5 + count, item);
    bytes[0] = 0x9a;
    bytes.writeUInt32BE(count, 1);
    return bytes;
  };
  const most = mostObjects(LIMITS);
  for (const item of [0x40, 0x80, 0xa0]) {
    assert.equal(checkCbor(array(most - 1, item), LIMITS).reason, 0);
    assert.equal(reasonOf(checkCbor(array(most, item), LIMITS).reason)?.word, 'too-many-readings');
  }
  assert.equal(checkCbor(array(most * 2, 0x01), LIMITS).reason, 0);
});
