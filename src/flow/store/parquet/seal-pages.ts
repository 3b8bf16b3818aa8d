import { parquetInvalid, StoreError } from '../errors.ts';
import type { ByteSink } from './byte-sink.ts';
import { chunkLayout } from './footer.ts';
import type { ChunkLayout } from './footer.ts';
import { ColumnField, MAX_ORDINAL, ModuleType, PageField } from './format.ts';
import { MODULE_OVERHEAD } from './module.ts';
import type { ChunkSealer } from './module.ts';
import { readPageHeader } from './page-header.ts';
import type { Leaf } from './schema.ts';
import { i32, i64, withFields } from './thrift-value.ts';
import type { ThriftStruct } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

/** What became of the pages of a column chunk. */
export interface SealedPages {
  readonly meta: ThriftStruct;
  readonly layout: ChunkLayout;
  readonly uncompressed: number;
  /** Data pages: where each was in the plain file, where it is now, and its size with header. */
  readonly moved: ReadonlyMap<number, { readonly offset: number; readonly size: number }>;
}

/**
 * Seals the pages of a column chunk, headers and payloads as modules of their own.
 *
 * @param meta its ColumnMetaData in the plain file
 * @param limit offset of the plain footer
 * @throws {StoreError} STORE_PARQUET_INVALID if the chunk is malformed, STORE_PARQUET_LIMIT if it has too many pages
 */
export function sealPages(
  plain: Uint8Array,
  out: ByteSink,
  meta: ThriftStruct,
  leaf: Leaf,
  limit: number,
  sealer: ChunkSealer,
): SealedPages {
  const from = chunkLayout(meta, leaf.path, limit);
  const start = out.length;
  const moved = new Map<number, { offset: number; size: number }>();
  let dictionary: number | null = null;
  let data: number | null = null;
  let uncompressed = 0;
  let page = 0;
  for (let at = from.start; at < from.end;) {
    const header = readPageHeader(plain, at);
    const end = header.end + header.size;
    if (end > from.end) throw parquetInvalid('a page reaches beyond its column chunk');
    const isData = header.kind === 'data';
    if (!isData && at !== from.start) throw parquetInvalid('a dictionary page does not come first');
    if (isData && page > MAX_ORDINAL) {
      throw new StoreError('STORE_PARQUET_LIMIT', `Cannot seal Parquet file: a column chunk has over ${page} pages`);
    }
    const offset = out.length;
    const changed = withFields(header.fields, {
      [PageField.CompressedSize]: i32(header.size + MODULE_OVERHEAD),
      // A checksum would have to cover the sealed bytes; the tag does more.
      [PageField.Crc]: undefined,
    });
    const ordinal = isData ? page : undefined;
    const sealedHeader = sealer.seal(
      isData ? ModuleType.DataPageHeader : ModuleType.DictionaryPageHeader,
      encodeStruct(changed),
      ordinal,
    );
    out.write(sealedHeader);
    out.write(
      sealer.seal(isData ? ModuleType.DataPage : ModuleType.DictionaryPage, plain.subarray(header.end, end), ordinal),
    );
    uncompressed += sealedHeader.length + header.uncompressedSize;
    if (isData) {
      data ??= offset;
      page += 1;
      moved.set(at, { offset, size: out.length - offset });
    } else dictionary = offset;
    at = end;
  }
  const layout = { start, end: out.length, dictionary, data: data ?? out.length };
  return {
    layout,
    moved,
    uncompressed,
    meta: withFields(meta, {
      [ColumnField.TotalUncompressedSize]: i64(uncompressed),
      [ColumnField.TotalCompressedSize]: i64(layout.end - layout.start),
      [ColumnField.DataPageOffset]: i64(layout.data),
      [ColumnField.IndexPageOffset]: undefined,
      [ColumnField.DictionaryPageOffset]: dictionary === null ? undefined : i64(dictionary),
    }),
  };
}
