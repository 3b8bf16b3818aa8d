import { parquetInvalid } from '../errors.ts';
import { PageField, PageType } from './format.ts';
import { intAt, sizeAt } from './thrift-access.ts';
import { decodeStruct } from './thrift-reader.ts';
import type { ThriftStruct } from './thrift-value.ts';

/** What the steps over pages need of a PageHeader. */
export interface PageHeader {
  readonly fields: ThriftStruct;
  /** Offset after the header in the buffer that it was read from. */
  readonly end: number;
  readonly kind: 'data' | 'dictionary';
  /** Bytes of the page as stored. */
  readonly size: number;
  readonly uncompressedSize: number;
  readonly crc: number | null;
}

/**
 * Reads a page header.
 *
 * @throws {StoreError} STORE_PARQUET_INVALID if there is none, or it is of a kind that no writer makes
 */
export function readPageHeader(data: Uint8Array, offset: number): PageHeader {
  const { struct: fields, end } = decodeStruct(data, offset);
  const type = intAt(fields, PageField.Type, 'the type of a page');
  if (type !== PageType.Data && type !== PageType.DataV2 && type !== PageType.Dictionary) {
    throw parquetInvalid('a page is neither data nor dictionary');
  }
  return {
    fields,
    end,
    kind: type === PageType.Dictionary ? 'dictionary' : 'data',
    size: sizeAt(fields, PageField.CompressedSize, 'the size of a page'),
    uncompressedSize: sizeAt(fields, PageField.UncompressedSize, 'the uncompressed size of a page'),
    crc: intAt(fields, PageField.Crc, 'the checksum of a page') ?? null,
  };
}
