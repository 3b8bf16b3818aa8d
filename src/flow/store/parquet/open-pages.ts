import { crc32 } from 'node:zlib';
import type { AeadKey } from '#base/crypto/index.ts';
import { AEAD_NONCE_LENGTH } from '#base/crypto/index.ts';
import { parquetInvalid } from '../errors.ts';
import type { ByteSink } from './byte-sink.ts';
import type { ChunkLayout } from './footer.ts';
import { ColumnField, ModuleType, PageField } from './format.ts';
import { moduleAad } from './module-aad.ts';
import { MODULE_LENGTH_BYTES, moduleAt, openModule } from './module.ts';
import type { PageCipher } from './open-footer.ts';
import { readPageHeader } from './page-header.ts';
import type { PageHeader } from './page-header.ts';
import type { ChunkRewrite, OpenedPage, WrittenPage } from './rewrite-page.ts';
import { sizeAt } from './thrift-access.ts';
import { refuseTrailing } from './thrift-reader.ts';
import { i32, i64, withFields } from './thrift-value.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

/** A column chunk to open. */
export interface SealedChunk {
  /** ColumnMetaData, authenticated. */
  readonly meta: ThriftStruct;
  readonly layout: ChunkLayout;
  readonly rowGroup: number;
  readonly column: number;
  /** Null where the column is not sealed. */
  readonly key: AeadKey | null;
  /** Set where its values become others. */
  readonly rewrite?: ChunkRewrite;
}

/** A chunk as it stands in the plain file. */
export interface OpenedChunk {
  readonly meta: ThriftStruct;
  readonly start: number;
  readonly uncompressed: number;
  readonly compressed: number;
}

interface Page extends OpenedPage {
  /** The header as stored, sealed or not. */
  readonly headerLength: number;
  readonly end: number;
}

/**
 * Opens the pages of a column chunk and writes them plain.
 *
 * Sizes and offsets that the metadata states are compared with what is found: they are authenticated, so a difference
 * means a writer that readers disagree about.
 *
 * @param data bytes of the chunk, from `layout.start` to `layout.end`
 * @throws {StoreError} STORE_OPEN_FAILED, STORE_PARQUET_INVALID
 */
export function openPages(
  chunk: SealedChunk,
  data: Uint8Array,
  fileAad: Uint8Array,
  cipher: PageCipher,
  out: ByteSink,
): OpenedChunk {
  const start = out.length;
  let dictionaryAt: number | null = null;
  let dataAt: number | null = null;
  let ordinal = 0;
  let stated = 0;
  let uncompressed = 0;
  for (let at = 0; at < data.length;) {
    const isDictionary = at === 0 && chunk.layout.dictionary !== null;
    if (!isDictionary && ordinal === 0 && at !== chunk.layout.data - chunk.layout.start) {
      throw parquetInvalid('the data pages of a column do not start where its metadata says');
    }
    const page = readPage(chunk, data, at, isDictionary ? null : ordinal, fileAad, cipher);
    const written = chunk.rewrite === undefined ? asStored(page) : chunk.rewrite.page(page, chunk.meta);
    stated += page.headerLength + page.header.uncompressedSize;
    at = page.end;
    if (!isDictionary) ordinal += 1;
    if (written === null) continue;
    const header = encodeStruct(
      withFields(page.header.fields, {
        ...written.header,
        [PageField.UncompressedSize]: i32(written.uncompressedSize),
        [PageField.CompressedSize]: i32(written.payload.length),
        [PageField.Crc]: undefined,
      }),
    );
    if (isDictionary) dictionaryAt = out.length;
    else dataAt ??= out.length;
    out.write(header);
    out.write(written.payload);
    uncompressed += header.length + written.uncompressedSize;
  }
  if (stated !== sizeAt(chunk.meta, ColumnField.TotalUncompressedSize, 'the uncompressed size of a column chunk')) {
    throw parquetInvalid('the pages of a column do not add up to its uncompressed size');
  }
  const compressed = out.length - start;
  const changes: Record<number, ThriftValue | undefined> = {
    [ColumnField.TotalUncompressedSize]: i64(uncompressed),
    [ColumnField.TotalCompressedSize]: i64(compressed),
    [ColumnField.DataPageOffset]: i64(dataAt ?? out.length),
    [ColumnField.DictionaryPageOffset]: dictionaryAt === null ? undefined : i64(dictionaryAt),
    [ColumnField.IndexPageOffset]: undefined,
    [ColumnField.BloomFilterOffset]: undefined,
    [ColumnField.BloomFilterLength]: undefined,
    ...chunk.rewrite?.meta(chunk.meta),
  };
  return { meta: withFields(chunk.meta, changes), start, uncompressed, compressed };
}

function asStored({ header, payload }: OpenedPage): WrittenPage {
  return { payload, uncompressedSize: header.uncompressedSize };
}

/** @param ordinal of the data page; null for the dictionary page */
function readPage(
  chunk: SealedChunk,
  data: Uint8Array,
  at: number,
  ordinal: number | null,
  fileAad: Uint8Array,
  cipher: PageCipher,
): Page {
  if (chunk.key === null) return readPlainPage(data, at, ordinal);
  const place = { rowGroup: chunk.rowGroup, column: chunk.column, ...(ordinal === null ? {} : { page: ordinal }) };
  const headerType = ordinal === null ? ModuleType.DictionaryPageHeader : ModuleType.DataPageHeader;
  const headerModule = moduleAt(data, at);
  const headerBytes = openModule(chunk.key, moduleAad(fileAad, { ...place, type: headerType }), headerModule.body);
  const header = readPageHeader(headerBytes, 0);
  refuseTrailing(headerBytes, header.end, 'a page header');
  checkKind(header, ordinal);
  const module = moduleAt(data, headerModule.end);
  const stored = data.subarray(headerModule.end, module.end);
  if (header.size !== stored.length) throw parquetInvalid('a page header states another size than the page has');
  checkSum(header, stored);
  const pageType = ordinal === null ? ModuleType.DictionaryPage : ModuleType.DataPage;
  const payload =
    cipher === 'gcm'
      ? openModule(chunk.key, moduleAad(fileAad, { ...place, type: pageType }), module.body)
      : chunk.key.openUnauthenticatedCtr(
          module.body.subarray(0, AEAD_NONCE_LENGTH),
          module.body.subarray(AEAD_NONCE_LENGTH),
        );
  return { header, headerLength: headerModule.body.length + MODULE_LENGTH_BYTES, payload, end: module.end };
}

function readPlainPage(data: Uint8Array, at: number, ordinal: number | null): Page {
  const header = readPageHeader(data, at);
  checkKind(header, ordinal);
  const end = header.end + header.size;
  if (end > data.length) throw parquetInvalid('a page reaches beyond its column chunk');
  const payload = data.subarray(header.end, end);
  checkSum(header, payload);
  return { header, headerLength: header.end - at, payload, end };
}

function checkKind(header: PageHeader, ordinal: number | null): void {
  if ((header.kind === 'dictionary') !== (ordinal === null)) {
    throw parquetInvalid('a dictionary page is not where the metadata of its column says');
  }
}

/** The checksum of a sealed page covers its sealed bytes. */
function checkSum(header: PageHeader, stored: Uint8Array): void {
  if (header.crc !== null && crc32(stored) !== header.crc >>> 0)
    throw parquetInvalid('the checksum of a page is wrong');
}
