import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '#base/core/index.ts';
import { readPageHeader } from './page-header.ts';
import { i32, structOf } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

const header = (type: number, fields = {}): Uint8Array =>
  encodeStruct(structOf({ 1: i32(type), 2: i32(20), 3: i32(10), ...fields }));

describe('readPageHeader()', () => {
  it('tells kind, sizes and where the page starts', () => {
    const bytes = concatBytes([Uint8Array.of(0), header(0, { 4: i32(-1) })]);
    const read = readPageHeader(bytes, 1);
    assert.deepEqual(
      [read.kind, read.size, read.uncompressedSize, read.crc, read.end],
      ['data', 10, 20, -1, bytes.length],
    );
    assert.equal(readPageHeader(header(2), 0).kind, 'dictionary');
    assert.equal(readPageHeader(header(3), 0).kind, 'data');
    assert.equal(readPageHeader(header(0), 0).crc, null);
  });

  it('refuses index pages, unknown kinds and missing or negative sizes', () => {
    for (const bytes of [header(1), header(9), header(0, { 3: undefined }), header(0, { 2: i32(-1) })]) {
      assert.throws(() => readPageHeader(bytes, 0), { code: 'STORE_PARQUET_INVALID' });
    }
  });
});
