import { zstdDecompressSync } from 'node:zlib';
import type { Column, ColumnShape, NamedColumn } from '#base/core/index.ts';
import { naming, parquetInvalid, StoreError } from '../errors.ts';
import { readRuns } from './decode-levels.ts';
import { chunkLayout, readPlainFooter } from './footer.ts';
import type { Footer } from './footer.ts';
import { ChunkField, Codec, ColumnField, Encoding, PageField } from './format.ts';
import { readPageHeader } from './page-header.ts';
import { decodeText, intAt, sizeAt, structAt } from './thrift-access.ts';
import type { ThriftStruct } from './thrift-value.ts';

/** No page of this room's files is larger than this when decompressed; a row of text is bounded on entry. */
const MAX_PAGE_BYTES = 256 * 1_048_576;

/**
 * Reads a plain file that `encodeParquet` wrote, or `openParquet` opened from one, back into columns.
 *
 * Only what this room writes is understood: flat columns, PLAIN and RLE_DICTIONARY, version 1 pages, zstd.
 *
 * @param shape of the wanted columns
 * @throws {StoreError} STORE_PARQUET_INVALID for anything else, STORE_COLUMN_MISSING
 */
export function decodeParquet(
  file: Uint8Array,
  shape: readonly ColumnShape[],
): { readonly rows: number; readonly columns: readonly NamedColumn[] } {
  const { footer, start } = readPlainFooter(file);
  const rows = footer.rowGroups.reduce((sum, group) => sum + group.rows, 0);
  const columns = shape.map(({ name, type, nullable }) => {
    const leaf = footer.schema.leaves.find(({ path }) => path.length === 1 && path[0] === name);
    if (leaf === undefined) {
      throw new StoreError('STORE_COLUMN_MISSING', `Cannot read column ${name}: the file has none so named`, {
        column: name,
      });
    }
    return {
      name,
      data: decodeColumn(file, footer, start, leaf.index, { name, type, nullable }, rows),
    };
  });
  return { rows, columns };
}

/** Collects the values of a column, page after page. */
interface Collector {
  nulls: Uint8Array | null;
  readonly numbers: Float64Array | null;
  readonly bits: Uint8Array | null;
  readonly codes: Uint32Array | null;
  readonly dictionary: string[];
  readonly known: Map<string, number>;
}

/** Of texts the codes of its entries in the column's one dictionary, of numbers the entries themselves. */
type Dictionary = Uint32Array | Float64Array;

/**
 * The values of one column in the row groups of a footer.
 *
 * @param limit offset at which pages must have ended
 * @param index of the column in the schema
 * @param rows of all these row groups
 * @throws {StoreError} STORE_PARQUET_INVALID
 */
export function decodeColumn(
  file: Uint8Array,
  footer: Footer,
  limit: number,
  index: number,
  shape: ColumnShape,
  rows: number,
): Column {
  return naming(shape.name, () => readColumn(file, footer, limit, index, shape, rows));
}

function readColumn(
  file: Uint8Array,
  footer: Footer,
  limit: number,
  index: number,
  shape: ColumnShape,
  rows: number,
): Column {
  const into: Collector = {
    nulls: null,
    numbers: shape.type === 'text' || shape.type === 'boolean' ? null : new Float64Array(rows),
    bits: shape.type === 'boolean' ? new Uint8Array(rows) : null,
    codes: shape.type === 'text' ? new Uint32Array(rows) : null,
    dictionary: [],
    known: new Map(),
  };
  let row = 0;
  for (const group of footer.rowGroups) {
    const meta = structAt(group.chunks[index]!, ChunkField.MetaData, 'the metadata of a column');
    if (meta === undefined) throw parquetInvalid('a column has no metadata');
    const layout = chunkLayout(meta, [shape.name], limit);
    const codec = intAt(meta, ColumnField.Codec, 'the codec of a column');
    let dictionary: Dictionary = new Uint32Array(0);
    const end = row + group.rows;
    for (let at = layout.start; at < layout.end;) {
      const header = readPageHeader(file, at);
      at = header.end + header.size;
      if (at > layout.end || header.uncompressedSize > MAX_PAGE_BYTES) throw parquetInvalid('a page is too long');
      const stored = file.subarray(header.end, at);
      const payload = decompress(stored, codec, header.uncompressedSize);
      if (header.kind === 'dictionary') {
        const entries = structAt(header.fields, PageField.DictionaryHeader, 'a dictionary header') ?? new Map();
        const count = sizeAt(entries, 1, 'the entries of a dictionary');
        dictionary = into.numbers === null ? intern(into, payload, count) : plainNumbers(payload, shape, count);
      } else row = readPage(header.fields, payload, shape, dictionary, into, row, end);
    }
    if (row !== end) throw parquetInvalid('the pages of a column have too few rows');
  }
  const { nulls } = into;
  if (into.bits !== null) return { type: 'boolean', values: into.bits, nulls };
  if (into.codes !== null) return { type: 'text', codes: into.codes, dictionary: into.dictionary, nulls };
  return { type: shape.type as 'number', values: into.numbers ?? new Float64Array(), nulls };
}

/** The bytes of a page. @throws {StoreError} STORE_PARQUET_INVALID */
export function decompress(stored: Uint8Array, codec: number | undefined, length: number): Uint8Array {
  if (codec === Codec.Uncompressed) return stored;
  if (codec !== Codec.Zstd) throw parquetInvalid('a column is compressed in a way that is not known');
  let payload: Uint8Array;
  try {
    payload = zstdDecompressSync(stored, { maxOutputLength: length === 0 ? 1 : length });
  } catch (cause) {
    throw parquetInvalid('a page does not decompress', cause);
  }
  if (payload.length !== length) throw parquetInvalid('a page decompresses to another size than it states');
  return payload;
}

/** Reads one data page. @returns the row after it */
function readPage(
  header: ThriftStruct,
  payload: Uint8Array,
  shape: ColumnShape,
  dictionary: Dictionary,
  into: Collector,
  row: number,
  limit: number,
): number {
  const fields = structAt(header, PageField.DataHeader, 'a data page header');
  if (fields === undefined) throw parquetInvalid('a page is not of version 1');
  const rows = sizeAt(fields, 1, 'the values of a page');
  const encoding = intAt(fields, 2, 'the encoding of a page');
  if (row + rows > limit) throw parquetInvalid('the pages of a column have too many rows');
  let body = payload;
  let present: Uint32Array | null = null;
  if (shape.nullable) {
    if (payload.length < 4) throw parquetInvalid('a page ends early');
    const length = new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
    if (4 + length > payload.length) throw parquetInvalid('a page ends early');
    present = readRuns(payload.subarray(4, 4 + length), 1, rows);
    body = payload.subarray(4 + length);
    if (!present.includes(0)) present = null;
  }
  if (present !== null) {
    into.nulls ??= new Uint8Array(into.numbers?.length ?? into.bits?.length ?? into.codes?.length ?? 0);
    for (let i = 0; i < rows; i += 1) into.nulls[row + i] = 1 - present[i]!;
  }
  const count = present === null ? rows : present.reduce((sum, one) => sum + one, 0);
  const values = readValues(body, shape, encoding, dictionary, into, count);
  const target = into.numbers ?? into.bits ?? into.codes;
  if (present === null) target?.set(values, row);
  else for (let i = 0, next = 0; i < rows; i += 1) if (present[i] === 1) target![row + i] = values[next++]!;
  return row + rows;
}

function readValues(
  body: Uint8Array,
  shape: ColumnShape,
  encoding: number | undefined,
  dictionary: Dictionary,
  into: Collector,
  count: number,
): Float64Array | Uint8Array | Uint32Array {
  if (encoding === Encoding.RleDictionary && shape.type !== 'boolean') {
    const values = shape.type === 'text' ? new Uint32Array(count) : new Float64Array(count);
    if (count === 0) return values;
    const codes = readRuns(body.subarray(1), body[0] ?? 0, count);
    for (let i = 0; i < count; i += 1) {
      const code = codes[i]!;
      if (code >= dictionary.length) throw parquetInvalid('a value lies outside its dictionary');
      values[i] = dictionary[code]!;
    }
    return values;
  }
  if (encoding !== Encoding.Plain) throw parquetInvalid('a column is encoded in a way that is not known');
  if (shape.type === 'text') return intern(into, body, count);
  if (shape.type !== 'boolean') return plainNumbers(body, shape, count);
  if (body.length < Math.ceil(count / 8)) throw parquetInvalid('a page ends early');
  const bits = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) bits[i] = (body[i >> 3]! >> (i & 7)) & 1;
  return bits;
}

/** PLAIN doubles or whole numbers. @throws {StoreError} STORE_PARQUET_INVALID */
export function plainNumbers(body: Uint8Array, shape: Pick<ColumnShape, 'type'>, count: number): Float64Array {
  if (body.length < count * 8) throw parquetInvalid('a page ends early');
  // A copy, for the page may start at any byte and a Float64Array may not.
  const values = new Float64Array(count);
  new Uint8Array(values.buffer).set(body.subarray(0, count * 8));
  if (shape.type === 'number') return values;
  const halves = new Int32Array(values.buffer);
  for (let i = 0; i < count; i += 1) values[i] = halves[2 * i + 1]! * 4_294_967_296 + (halves[2 * i]! >>> 0);
  return values;
}

/** Texts, each after its length, as codes of the column's one dictionary. */
function intern(into: Collector, data: Uint8Array, count: number): Uint32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  // Untrusted: each text takes four bytes at least.
  if (count * 4 > data.length) throw parquetInvalid('texts end early');
  const codes = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + 4 > data.length) throw parquetInvalid('texts end early');
    const end = at + 4 + view.getUint32(at, true);
    if (end > data.length) throw parquetInvalid('texts end early');
    const value = decodeText(data.subarray(at + 4, end), 'a text');
    at = end;
    let code = into.known.get(value);
    if (code === undefined) {
      code = into.dictionary.length;
      into.known.set(value, code);
      into.dictionary.push(value);
    }
    codes[i] = code;
  }
  return codes;
}
