import { concatBytes } from '#base/core/index.ts';
import { parquetInvalid } from '../errors.ts';
import type { ByteSink } from './byte-sink.ts';
import { BloomFilterField, ChunkField, ColumnField, LocationField, ModuleType, OffsetIndexField } from './format.ts';
import type { ChunkSealer } from './module.ts';
import { asStruct, intAt, sizeAt } from './thrift-access.ts';
import { decodeStruct } from './thrift-reader.ts';
import { i32, i64, list, ThriftType, withFields } from './thrift-value.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

type Changes = Readonly<Record<number, ThriftValue | undefined>>;

/**
 * Seals the bloom filter of a chunk, header and bitset as two modules.
 *
 * @returns the changes to its ColumnMetaData; none where it has no filter
 */
export function sealBloomFilter(plain: Uint8Array, out: ByteSink, meta: ThriftStruct, sealer: ChunkSealer): Changes {
  const at = intAt(meta, ColumnField.BloomFilterOffset, 'the offset of a bloom filter');
  if (at === undefined) return {};
  const { struct: header, end } = decodeStruct(plain, at);
  const bitset = slice(plain, end, sizeAt(header, BloomFilterField.NumBytes, 'the size of a bloom filter'));
  const offset = out.length;
  out.write(
    concatBytes([
      sealer.seal(ModuleType.BloomFilterHeader, encodeStruct(header)),
      sealer.seal(ModuleType.BloomFilterBitset, bitset),
    ]),
  );
  return {
    [ColumnField.BloomFilterOffset]: i64(offset),
    [ColumnField.BloomFilterLength]: i32(out.length - offset),
  };
}

/** Seals the column index of a chunk. @returns the changes to its ColumnChunk; none where it has no such index */
export function sealColumnIndex(plain: Uint8Array, out: ByteSink, chunk: ThriftStruct, sealer: ChunkSealer): Changes {
  const at = intAt(chunk, ChunkField.ColumnIndexOffset, 'the offset of a column index');
  if (at === undefined) return {};
  const index = slice(plain, at, sizeAt(chunk, ChunkField.ColumnIndexLength, 'the length of a column index'));
  const sealed = sealer.seal(ModuleType.ColumnIndex, index);
  const offset = out.length;
  out.write(sealed);
  return { [ChunkField.ColumnIndexOffset]: i64(offset), [ChunkField.ColumnIndexLength]: i32(sealed.length) };
}

/**
 * Seals the offset index of a chunk with the places that its pages now have.
 *
 * @param moved new offset and size of each data page, by its offset in the plain file
 * @returns the changes to its ColumnChunk; none where it has no such index
 */
export function sealOffsetIndex(
  plain: Uint8Array,
  out: ByteSink,
  chunk: ThriftStruct,
  moved: ReadonlyMap<number, { readonly offset: number; readonly size: number }>,
  sealer: ChunkSealer,
): Changes {
  const at = intAt(chunk, ChunkField.OffsetIndexOffset, 'the offset of an offset index');
  if (at === undefined) return {};
  const index = slice(plain, at, sizeAt(chunk, ChunkField.OffsetIndexLength, 'the length of an offset index'));
  const { struct } = decodeStruct(index);
  const locations = struct.get(OffsetIndexField.Locations);
  if (locations?.kind !== 'list') throw parquetInvalid('an offset index has no locations');
  const places = locations.value.map((item): ThriftValue => {
    const location = asStruct(item, 'the location of a page');
    const page = moved.get(sizeAt(location, LocationField.Offset, 'the offset of a page'));
    if (page === undefined) throw parquetInvalid('an offset index names a page that is not there');
    const value = withFields(location, {
      [LocationField.Offset]: i64(page.offset),
      [LocationField.CompressedSize]: i32(page.size),
    });
    return { kind: 'struct', value };
  });
  const changed = withFields(struct, { [OffsetIndexField.Locations]: list(ThriftType.Struct, places) });
  const sealed = sealer.seal(ModuleType.OffsetIndex, encodeStruct(changed));
  const offset = out.length;
  out.write(sealed);
  return { [ChunkField.OffsetIndexOffset]: i64(offset), [ChunkField.OffsetIndexLength]: i32(sealed.length) };
}

function slice(data: Uint8Array, start: number, length: number): Uint8Array {
  if (start < 0 || start + length > data.length) throw parquetInvalid('an index or filter lies outside the file');
  return data.subarray(start, start + length);
}
