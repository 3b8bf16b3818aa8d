import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { MemorySink } from './byte-sink.ts';
import { ColumnField, ModuleType } from './format.ts';
import { moduleAad } from './module-aad.ts';
import { sealModule } from './module.ts';
import { openPages } from './open-pages.ts';
import { readPageHeader } from './page-header.ts';
import { i32, i64, struct, structOf } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

const key = AeadKey.fromBytes(new Uint8Array(16).fill(3));
const aad = Uint8Array.of(1, 2);
const payload = Uint8Array.of(5, 6, 7, 8);

/** One sealed data page of row group 0, column 0. */
function page(crc: 'none' | 'right' | 'wrong', uncompressed = 4): { data: Uint8Array; total: number } {
  const place = { rowGroup: 0, column: 0, page: 0 };
  const body = sealModule(key, moduleAad(aad, { ...place, type: ModuleType.DataPage }), payload, systemRandom);
  const sum = crc === 'none' ? {} : { 4: i32((crc32(body) | 0) ^ (crc === 'wrong' ? 1 : 0)) };
  const plain = encodeStruct(
    structOf({ 1: i32(0), 2: i32(uncompressed), 3: i32(body.length), ...sum, 5: struct({ 1: i32(1) }) }),
  );
  const header = sealModule(key, moduleAad(aad, { ...place, type: ModuleType.DataPageHeader }), plain, systemRandom);
  return { data: Buffer.concat([header, body]), total: header.length + uncompressed };
}

function open({ data, total }: { data: Uint8Array; total: number }, sink = new MemorySink()): MemorySink {
  const meta = structOf({ [ColumnField.TotalUncompressedSize]: i64(total) });
  const layout = { start: 4, end: 4 + data.length, dictionary: null, data: 4 };
  openPages({ meta, layout, rowGroup: 0, column: 0, key }, data, aad, 'gcm', sink);
  return sink;
}

describe('openPages()', () => {
  it('writes the page plain, its header telling the plain size and no checksum', () => {
    for (const crc of ['none', 'right'] as const) {
      const file = open(page(crc)).bytes();
      const header = readPageHeader(file, 0);
      assert.deepEqual([header.size, header.crc], [4, null]);
      assert.deepEqual(Uint8Array.from(file.subarray(header.end)), payload);
    }
  });

  it('refuses a wrong checksum, a wrong total and bytes behind the last page', () => {
    assert.throws(() => open(page('wrong')), { code: 'STORE_PARQUET_INVALID' });
    assert.throws(() => open({ ...page('none'), total: 5 }), { code: 'STORE_PARQUET_INVALID' });
    const one = page('none');
    assert.throws(() => open({ ...one, data: Buffer.concat([one.data, Uint8Array.of(0)]) }), {
      code: 'STORE_PARQUET_INVALID',
    });
  });

  it('passes pages on that are not sealed, and still checks what they say', () => {
    const header = encodeStruct(structOf({ 1: i32(0), 2: i32(4), 3: i32(4), 4: i32(crc32(payload) | 0) }));
    const data = Buffer.concat([header, payload]);
    const layout = { start: 4, end: 4 + data.length, dictionary: null, data: 4 };
    const meta = structOf({ [ColumnField.TotalUncompressedSize]: i64(data.length) });
    const chunk = { meta, layout, rowGroup: 0, column: 0, key: null };
    const sink = new MemorySink();
    const opened = openPages(chunk, data, aad, 'gcm', sink);
    assert.equal(opened.compressed, sink.length);
    assert.throws(() => openPages(chunk, data.subarray(0, -1), aad, 'gcm', sink), { code: 'STORE_PARQUET_INVALID' });
    const flipped = Uint8Array.from(data);
    flipped[flipped.length - 1] = 9;
    assert.throws(() => openPages(chunk, flipped, aad, 'gcm', sink), { code: 'STORE_PARQUET_INVALID' });
  });
});
