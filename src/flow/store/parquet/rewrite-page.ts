import { constants, zstdCompressSync } from 'node:zlib';
import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { parquetInvalid } from '../errors.ts';
import { decompress, plainNumbers } from './decode-parquet.ts';
import { plainIntegers, plainTexts } from './encode-values.ts';
import { Codec, ColumnField, Encoding, PageField, PhysicalType } from './format.ts';
import type { PageHeader } from './page-header.ts';
import { intAt, structAt } from './thrift-access.ts';
import type { ThriftStruct } from './thrift-value.ts';

/** Gives each value another of its type: equal ones the same. */
export interface PlainValues {
  texts(values: readonly string[]): readonly string[];
  integers(values: Float64Array): Float64Array;
}

/** It is read once or twice and thrown away: fast rather than small. */
const LEVEL = 1;

/**
 * A page with other values: of a column with a dictionary that page alone changes, whatever the number of rows.
 *
 * @param meta of its column chunk
 * @throws {StoreError} STORE_PARQUET_INVALID for what `decodeParquet` does not read either
 */
export function rewritePage(
  { header, payload }: { readonly header: PageHeader; readonly payload: Uint8Array },
  meta: ThriftStruct,
  { values, nullable }: { readonly values: PlainValues; readonly nullable: boolean },
): { readonly payload: Uint8Array; readonly uncompressedSize: number } {
  const asIs = { payload, uncompressedSize: header.uncompressedSize };
  if (header.kind === 'data') {
    const fields = structAt(header.fields, PageField.DataHeader, 'a data page header');
    if (fields === undefined) throw parquetInvalid('a page is not of version 1');
    const encoding = intAt(fields, 2, 'the encoding of a page');
    if (encoding === Encoding.RleDictionary) return asIs;
    if (encoding !== Encoding.Plain) throw parquetInvalid('a column is encoded in a way that is not known');
  }
  const codec = intAt(meta, ColumnField.Codec, 'the codec of a column');
  const body = decompress(payload, codec, header.uncompressedSize);
  const from = header.kind === 'data' && nullable ? afterLevels(body) : 0;
  const changed = Buffer.concat([body.subarray(0, from), others(body.subarray(from), meta, values)]);
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  const stored = codec === Codec.Zstd ? zstdCompressSync(changed, { params }) : changed;
  return { payload: new Uint8Array(stored), uncompressedSize: changed.length };
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
