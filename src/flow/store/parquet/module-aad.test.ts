import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ModuleType } from './format.ts';
import { moduleAad } from './module-aad.ts';

const file = Uint8Array.of(0xaa, 0xbb);

describe('moduleAad()', () => {
  const cases: readonly [string, Parameters<typeof moduleAad>[1], string][] = [
    ['the footer by its type alone', { type: ModuleType.Footer }, 'aabb00'],
    ['column metadata without a page', { type: ModuleType.ColumnMetaData, rowGroup: 1, column: 258 }, 'aabb0101000201'],
    [
      'a data page with all three',
      { type: ModuleType.DataPage, rowGroup: 0, column: 1, page: 32_767 },
      'aabb0200000100ff7f',
    ],
    ['a dictionary page without a page', { type: ModuleType.DictionaryPage, rowGroup: 0, column: 1 }, 'aabb0300000100'],
    ['a data page header', { type: ModuleType.DataPageHeader, rowGroup: 0, column: 0, page: 0 }, 'aabb04000000000000'],
    ['a bloom filter', { type: ModuleType.BloomFilterBitset, rowGroup: 2, column: 0 }, 'aabb0902000000'],
  ];
  for (const [name, place, hex] of cases) it(`names ${name}`, () => assert.equal(moduleAad(file, place).toHex(), hex));

  it('refuses ordinals beyond 16 bits signed, and missing ones', () => {
    const place = { type: ModuleType.DataPage, rowGroup: 0, column: 0, page: 0 };
    for (const wrong of [{ page: 32_768 }, { column: 32_768 }, { rowGroup: 32_768 }, { page: -1 }, { page: 0.5 }]) {
      assert.throws(() => moduleAad(file, { ...place, ...wrong }), { code: 'STORE_PARQUET_LIMIT' });
    }
    assert.throws(() => moduleAad(file, { type: ModuleType.DataPage, rowGroup: 0, column: 0 }), {
      code: 'STORE_PARQUET_LIMIT',
    });
  });
});
