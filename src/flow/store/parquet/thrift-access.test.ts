import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asStruct, boolAt, bytesAt, decodeText, intAt, sizeAt, structAt, structsAt, textsAt } from './thrift-access.ts';
import { binary, bool, i16, i32, i64, list, struct, structOf, text, ThriftType } from './thrift-value.ts';

const fields = structOf({
  1: i32(-5),
  2: i64(2n ** 60n),
  3: struct({ 1: i16(1) }),
  4: list(ThriftType.Struct, [struct({})]),
  5: text('é'),
  6: bool(true),
  7: list(ThriftType.Binary, [text('a'), text('b')]),
  8: binary(Uint8Array.of(255)),
  9: list(ThriftType.I32, [i32(1)]),
});
const invalid = { code: 'STORE_PARQUET_INVALID' };

describe('typed reading of fields', () => {
  it('gives what is there', () => {
    assert.equal(intAt(fields, 1, 'x'), -5);
    assert.equal(structAt(fields, 3, 'x')?.size, 1);
    assert.equal(structsAt(fields, 4, 'x').length, 1);
    assert.deepEqual(bytesAt(fields, 8, 'x'), Uint8Array.of(255));
    assert.equal(boolAt(fields, 6, 'x'), true);
    assert.deepEqual(textsAt(fields, 7, 'x'), ['a', 'b']);
    assert.equal(asStruct(struct({ 1: i32(1) }), 'x').size, 1);
    assert.equal(decodeText(Uint8Array.of(0xc3, 0xa9), 'x'), 'é');
  });

  it('gives undefined or nothing for what is absent', () => {
    for (const read of [intAt, structAt, bytesAt, boolAt]) assert.equal(read(fields, 99, 'x'), undefined);
    assert.deepEqual(structsAt(fields, 99, 'x'), []);
  });

  it('refuses another type, a number that is not exact, a size that is missing or negative, and what is not UTF-8', () => {
    assert.throws(() => intAt(fields, 5, 'x'), invalid);
    assert.throws(() => intAt(fields, 2, 'x'), invalid);
    assert.throws(() => sizeAt(fields, 1, 'x'), invalid);
    assert.throws(() => sizeAt(fields, 99, 'x'), invalid);
    assert.throws(() => structAt(fields, 1, 'x'), invalid);
    assert.throws(() => structsAt(fields, 1, 'x'), invalid);
    assert.throws(() => structsAt(fields, 9, 'x'), invalid);
    assert.throws(() => bytesAt(fields, 1, 'x'), invalid);
    assert.throws(() => boolAt(fields, 1, 'x'), invalid);
    assert.throws(() => textsAt(fields, 99, 'x'), invalid);
    assert.throws(() => textsAt(fields, 9, 'x'), invalid);
    assert.throws(() => decodeText(Uint8Array.of(255), 'x'), invalid);
  });
});
