import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '#base/core/index.ts';
import { MemorySink } from './byte-sink.ts';
import { ModuleType } from './format.ts';
import { sealBloomFilter, sealColumnIndex, sealOffsetIndex } from './seal-indexes.ts';
import { decodeStruct } from './thrift-reader.ts';
import { i32, i64, list, struct, structOf, ThriftType } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

interface Recorded {
  readonly type: ModuleType;
  readonly data: Uint8Array;
}

function recorder(): { sealed: Recorded[]; sealer: { seal(type: ModuleType, data: Uint8Array): Uint8Array } } {
  const sealed: Recorded[] = [];
  return {
    sealed,
    sealer: {
      seal: (type, data) => {
        sealed.push({ type, data: Uint8Array.from(data) });
        return data;
      },
    },
  };
}

describe('sealing of indexes', () => {
  it('sealBloomFilter() makes two modules and tells where they are', () => {
    const header = encodeStruct(structOf({ 1: i32(8) }));
    const plain = concatBytes([new Uint8Array(10), header, new Uint8Array(8).fill(5)]);
    const { sealed, sealer } = recorder();
    const out = new MemorySink();
    out.write(new Uint8Array(100));
    const changes = sealBloomFilter(plain, out, structOf({ 14: i64(10) }), sealer);
    assert.deepEqual(
      sealed.map(({ type }) => type),
      [ModuleType.BloomFilterHeader, ModuleType.BloomFilterBitset],
    );
    assert.deepEqual(sealed[1]?.data, new Uint8Array(8).fill(5));
    assert.deepEqual(changes, { 14: i64(100), 15: i32(header.length + 8) });
    assert.deepEqual(sealBloomFilter(plain, out, structOf({}), sealer), {});
    assert.throws(() => sealBloomFilter(plain, out, structOf({ 14: i64(11) }), sealer), {
      code: 'STORE_PARQUET_INVALID',
    });
  });

  it('sealColumnIndex() keeps the index as it is', () => {
    const { sealed, sealer } = recorder();
    const chunk = structOf({ 6: i64(2), 7: i32(3) });
    const changes = sealColumnIndex(Uint8Array.of(0, 0, 1, 2, 3), new MemorySink(), chunk, sealer);
    assert.deepEqual(sealed, [{ type: ModuleType.ColumnIndex, data: Uint8Array.of(1, 2, 3) }]);
    assert.deepEqual(changes, { 6: i64(0), 7: i32(3) });
    assert.throws(() => sealColumnIndex(new Uint8Array(4), new MemorySink(), chunk, sealer), {
      code: 'STORE_PARQUET_INVALID',
    });
    assert.deepEqual(sealColumnIndex(new Uint8Array(), new MemorySink(), structOf({}), sealer), {});
  });

  it('sealOffsetIndex() names the places that pages now have', () => {
    const location = struct({ 1: i64(40), 2: i32(9), 3: i64(0) });
    const index = encodeStruct(structOf({ 1: list(ThriftType.Struct, [location]) }));
    const chunk = structOf({ 4: i64(0), 5: i32(index.length) });
    const { sealed, sealer } = recorder();
    sealOffsetIndex(index, new MemorySink(), chunk, new Map([[40, { offset: 77, size: 41 }]]), sealer);
    const moved = struct({ 1: i64(77), 2: i32(41), 3: i64(0) });
    assert.deepEqual(decodeStruct(sealed[0]!.data).struct, structOf({ 1: list(ThriftType.Struct, [moved]) }));
    assert.throws(() => sealOffsetIndex(index, new MemorySink(), chunk, new Map(), sealer), {
      code: 'STORE_PARQUET_INVALID',
    });
    assert.deepEqual(sealOffsetIndex(index, new MemorySink(), structOf({}), new Map(), sealer), {});
  });
});
