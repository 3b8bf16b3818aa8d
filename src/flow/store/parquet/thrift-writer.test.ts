import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bool, i16, i32, i64, list, structOf, text, ThriftType } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

describe('encodeStruct()', () => {
  // Bytes worked out from thrift-compact-protocol.md.
  const cases: readonly [string, Parameters<typeof structOf>[0], string][] = [
    ['nothing', {}, '00'],
    ['booleans within the header', { 1: bool(true), 2: bool(false) }, '111200'],
    ['zigzag numbers', { 1: i32(-1), 2: i16(1), 3: i64(150) }, '1501140216ac0200'],
    ['a far field id', { 20: i32(0) }, '05280000'],
    ['text', { 4: text('ab') }, '4802616200'],
    ['a short list', { 1: list(ThriftType.I32, [i32(1), i32(2)]) }, '1925020400'],
    [
      'a long list',
      {
        1: list(
          ThriftType.I32,
          Array.from({ length: 15 }, () => i32(0)),
        ),
      },
      `19f50f${'00'.repeat(15)}00`,
    ],
    [
      'the largest and smallest numbers',
      { 1: i64(2n ** 63n - 1n), 2: i64(-(2n ** 63n)) },
      '16feffffffffffffffff0116ffffffffffffffffff0100',
    ],
    ['32-bit extremes', { 1: i32(2 ** 31 - 1), 2: i32(-(2 ** 31)) }, '15feffffff0f15ffffffff0f00'],
  ];
  for (const [name, fields, hex] of cases) {
    it(`writes ${name}`, () => assert.equal(encodeStruct(structOf(fields)).toHex(), hex));
  }

  it('writes fields in ascending order whatever order they were set in', () => {
    const fields = new Map([
      [3, i32(3)],
      [1, i32(1)],
    ]);
    assert.equal(encodeStruct(fields).toHex(), '1502250600');
  });
});
