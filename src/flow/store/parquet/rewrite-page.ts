import { constants, zstdCompressSync } from 'node:zlib';
import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { parquetInvalid } from '../errors.ts';
import { decompress, plainNumbers } from './decode-parquet.ts';
import { plainIntegers, plainTexts } from './encode-values.ts';
import { Codec, ColumnField, Encoding, PageField, PhysicalType } from './format.ts';
import type { PageHeader } from './page-header.ts';
import { intAt, structAt } from './thrift-access.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';

/** A page as it was opened. */
export interface OpenedPage {
  readonly header: PageHeader;
  readonly payload: Uint8Array;
}

/** A page as it is written instead. */
export interface WrittenPage {
  readonly payload: Uint8Array;
  readonly uncompressedSize: number;
  /** Fields of its header that change. */
  readonly header?: Readonly<Record<number, ThriftValue>>;
}

/** How the pages of one column chunk become others as they are opened, and what its metadata says of them then. */
export interface ChunkRewrite {
  /**
   * Takes each page of the chunk once, in order. Null leaves it out.
   *
   * @throws {StoreError} STORE_PARQUET_INVALID for what `decodeParquet` does not read either
   */
  readonly page: (page: OpenedPage, meta: ThriftStruct) => WrittenPage | null;
  /** Fields of its metadata; undefined takes one away. */
  readonly meta: (meta: ThriftStruct) => Readonly<Record<number, ThriftValue | undefined>>;
}

/** Gives each value another of its type: equal ones the same. */
export interface PlainValues {
  texts(values: readonly string[]): readonly string[];
  integers(values: Float64Array): Float64Array;
}

/** It is read once or twice and thrown away: fast rather than small. */
const LEVEL = 1;

/** Other values of the same type. */
export function otherValues(values: PlainValues, nullable: boolean): ChunkRewrite {
  return {
    page: (page, meta) => rewritePage(page, meta, values, nullable),
    // They would be of the values before.
    meta: () => ({ [ColumnField.Statistics]: undefined }),
  };
}

/** A page with other values: of a column with a dictionary that page alone changes, whatever the number of rows. */
function rewritePage(
  { header, payload }: OpenedPage,
  meta: ThriftStruct,
  values: PlainValues,
  nullable: boolean,
): WrittenPage {
  if (encodingOf(header) === Encoding.RleDictionary) return { payload, uncompressedSize: header.uncompressedSize };
  const codec = intAt(meta, ColumnField.Codec, 'the codec of a column');
  const body = decompress(payload, codec, header.uncompressedSize);
  const from = valuesAt(header, body, nullable);
  const changed = Buffer.concat([body.subarray(0, from), others(body.subarray(from), meta, values)]);
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  const stored = codec === Codec.Zstd ? zstdCompressSync(changed, { params }) : changed;
  return { payload: new Uint8Array(stored), uncompressedSize: changed.length };
}

/** How a page has its values; of a dictionary they are plain. */
export function encodingOf(header: PageHeader): number {
  if (header.kind === 'dictionary') return Encoding.Plain;
  const fields = structAt(header.fields, PageField.DataHeader, 'a data page header');
  if (fields === undefined) throw parquetInvalid('a page is not of version 1');
  const encoding = intAt(fields, 2, 'the encoding of a page');
  if (encoding !== Encoding.Plain && encoding !== Encoding.RleDictionary)
    throw parquetInvalid('a column is encoded in a way that is not known');
  return encoding;
}

/** Where in a page that is not compressed its values begin. */
export function valuesAt(header: Pick<PageHeader, 'kind'>, body: Uint8Array, nullable: boolean): number {
  return header.kind === 'data' && nullable ? afterLevels(body) : 0;
}

/** Where the values begin behind the definition levels. */
function afterLevels(body: Uint8Array): number {
  if (body.length < 4) throw parquetInvalid('a page ends early');
  const end = 4 + new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true);
  if (end > body.length) throw parquetInvalid('a page ends early');
  return end;
}

function others(body: Uint8Array, meta: ThriftStruct, values: PlainValues): Uint8Array {
  const type = intAt(meta, ColumnField.Type, 'the type of a column');
  if (type === PhysicalType.ByteArray) return plainTexts(values.texts(textsOf(body)).map((text) => encodeUtf8(text)));
  if (type !== PhysicalType.Int64) throw parquetInvalid('only texts and whole numbers become others');
  return plainIntegers(values.integers(plainNumbers(body, { type: 'integer' }, Math.floor(body.length / 8))));
}

function textsOf(body: Uint8Array): string[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const texts: string[] = [];
  for (let at = 0; at < body.length;) {
    if (at + 4 > body.length) throw parquetInvalid('texts end early');
    const end = at + 4 + view.getUint32(at, true);
    if (end > body.length) throw parquetInvalid('texts end early');
    texts.push(decodeUtf8(body.subarray(at + 4, end)));
    at = end;
  }
  return texts;
}
