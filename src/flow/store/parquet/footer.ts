import { parquetInvalid, StoreError } from '../errors.ts';
import { ChunkField, ColumnField, FileField, MAGIC_LENGTH, MAGIC_PLAIN, MAX_ORDINAL, RowGroupField } from './format.ts';
import { SchemaTree } from './schema.ts';
import { intAt, sizeAt, structsAt, textsAt } from './thrift-access.ts';
import { decodeStruct, refuseTrailing } from './thrift-reader.ts';
import type { ThriftStruct } from './thrift-value.ts';

/** The footer of a file with what every step over it needs. */
export interface Footer {
  readonly metadata: ThriftStruct;
  readonly schema: SchemaTree;
  readonly rowGroups: readonly RowGroup[];
}

export interface RowGroup {
  readonly fields: ThriftStruct;
  /** One per leaf of the schema, in its order. */
  readonly chunks: readonly ThriftStruct[];
  readonly rows: number;
}

/** A run of bytes of the file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the serialized FileMetaData.
 *
 * @param data its bytes; zeros may follow, as Java writers seal the whole of a buffer that is not full
 * @throws {StoreError} STORE_PARQUET_INVALID if its parts contradict each other
 */
export function parseFooter(data: Uint8Array): Footer {
  const { struct: metadata, end } = decodeStruct(data);
  refuseTrailing(data, end, 'its footer');
  const schema = new SchemaTree(structsAt(metadata, FileField.Schema, 'the schema'));
  const rowGroups = structsAt(metadata, FileField.RowGroups, 'the row groups').map((fields) => {
    const chunks = structsAt(fields, RowGroupField.Columns, 'the columns of a row group');
    if (chunks.length !== schema.leaves.length) throw parquetInvalid('a row group has too few or too many columns');
    for (const chunk of chunks) {
      if (chunk.has(ChunkField.FilePath)) throw parquetInvalid('a column lies in another file');
    }
    return { fields, chunks, rows: sizeAt(fields, RowGroupField.NumRows, 'the rows of a row group') };
  });
  if (rowGroups.length > MAX_ORDINAL + 1) {
    throw new StoreError(
      'STORE_PARQUET_LIMIT',
      `Cannot read Parquet file: it has ${rowGroups.length} row groups, more than ${MAX_ORDINAL + 1}`,
    );
  }
  const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== sizeAt(metadata, FileField.NumRows, 'the number of rows')) {
    throw parquetInvalid('its row groups do not add up to its rows');
  }
  return { metadata, schema, rowGroups };
}

/**
 * The footer of a plain file in memory, and the offset at which it starts.
 *
 * @throws {StoreError} STORE_PARQUET_INVALID if the bytes are no plain Parquet
 */
export function readPlainFooter(file: Uint8Array): { readonly footer: Footer; readonly start: number } {
  if (!hasMagic(file, 0, MAGIC_PLAIN) || !hasMagic(file, file.length - MAGIC_LENGTH, MAGIC_PLAIN)) {
    throw parquetInvalid('it does not start and end as a plain one');
  }
  const end = file.length - 2 * MAGIC_LENGTH;
  const start = end - footerLength(file);
  if (start < MAGIC_LENGTH) throw parquetInvalid('the length of its footer is wrong');
  return { footer: parseFooter(file.subarray(start, end)), start };
}

/** The length that stands before the closing magic. */
export function footerLength(tail: Uint8Array): number {
  const at = tail.length - 2 * MAGIC_LENGTH;
  if (at < 0) throw parquetInvalid('it is too short');
  return new DataView(tail.buffer, tail.byteOffset + at, 4).getUint32(0, true);
}

/** Whether four bytes of magic stand at an offset. */
export function hasMagic(data: Uint8Array, at: number, magic: string): boolean {
  if (at < 0 || at + MAGIC_LENGTH > data.length) return false;
  for (let i = 0; i < MAGIC_LENGTH; i += 1) if (data[at + i] !== magic.codePointAt(i)) return false;
  return true;
}

/** The little-endian length of a footer, followed by magic. */
export function closing(length: number, magic: string): Uint8Array {
  const bytes = new Uint8Array(2 * MAGIC_LENGTH);
  new DataView(bytes.buffer).setUint32(0, length, true);
  for (let i = 0; i < MAGIC_LENGTH; i += 1) bytes[MAGIC_LENGTH + i] = magic.codePointAt(i) ?? 0;
  return bytes;
}

/** The four bytes of magic. */
export function magicBytes(magic: string): Uint8Array {
  return closing(0, magic).subarray(MAGIC_LENGTH);
}

/** Where the pages of a column chunk lie, and where its dictionary and first data page start. */
export interface ChunkLayout extends ByteRange {
  readonly dictionary: number | null;
  readonly data: number;
}

/**
 * @param meta ColumnMetaData
 * @param limit offset at which pages must have ended: that of the footer
 * @throws {StoreError} STORE_PARQUET_INVALID if the chunk lies elsewhere than between magic and footer, or claims
 *   another column than that at its place
 */
export function chunkLayout(meta: ThriftStruct, path: readonly string[], limit: number): ChunkLayout {
  const claimed = textsAt(meta, ColumnField.Path, 'the path of a column');
  if (claimed.length !== path.length || claimed.some((name, i) => name !== path[i])) {
    throw parquetInvalid('a column chunk belongs to another column');
  }
  const stated = sizeAt(meta, ColumnField.DataPageOffset, 'the offset of the data pages');
  const named = intAt(meta, ColumnField.DictionaryPageOffset, 'the offset of the dictionary page');
  const size = sizeAt(meta, ColumnField.TotalCompressedSize, 'the size of a column chunk');
  if (size === 0) return { start: MAGIC_LENGTH, end: MAGIC_LENGTH, dictionary: null, data: MAGIC_LENGTH };
  // Some writers put 0 where there is no dictionary, or no data page behind it.
  const dictionary = named === undefined || named === 0 ? null : named;
  const data = stated === 0 && dictionary !== null ? dictionary + size : stated;
  if (dictionary !== null && dictionary >= data) throw parquetInvalid('a dictionary page does not come first');
  const start = dictionary ?? data;
  const end = start + size;
  if (start < MAGIC_LENGTH || end > limit) throw parquetInvalid('a column chunk lies outside the pages');
  return { start, end, dictionary, data };
}
