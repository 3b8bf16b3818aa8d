import { zstdCompressSync, constants } from 'node:zlib';
import { concatBytes, encodeUtf8 } from '#base/core/index.ts';
import type { ColumnShape } from '#base/core/index.ts';
import type { ByteSink } from './byte-sink.ts';
import { definitionLevels } from './encode-levels.ts';
import {
  booleanExtremes,
  dictionaryCodes,
  numberExtremes,
  plainBooleans,
  plainDoubles,
  plainIntegers,
  plainTexts,
  textExtremes,
} from './encode-values.ts';
import type { Extremes } from './encode-values.ts';
import { Codec, ColumnField, Encoding, PageField, PageType, PhysicalType, StatisticsField } from './format.ts';
import type { Gathered } from './gather-column.ts';
import { numberDictionary } from './number-dictionary.ts';
import { binary, i32, i64, list, struct, structOf, text, ThriftType } from './thrift-value.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

/** A dictionary with more entries, or more bytes, is not worth its indirection; of numbers, nor one of more than a quarter. */
const MAX_DICTIONARY_ENTRIES = 65_536;
const MAX_DICTIONARY_BYTES = 1_048_576;
/** Bytes of values that a page holds about; texts are counted, not cut. */
const PAGE_BYTES = 1_048_576;

/** A column chunk as written: its ColumnMetaData and sizes. */
export interface EncodedChunk {
  readonly meta: ThriftStruct;
  readonly start: number;
  readonly uncompressed: number;
}

interface PageValues {
  readonly rows: number;
  readonly nulls: Uint8Array | null;
  readonly bytes: Uint8Array;
}

interface ValuePlan {
  readonly dictionary: { readonly entries: number; readonly bytes: Uint8Array } | null;
  readonly encoding: number;
  readonly extremes: Extremes | null;
  readonly pages: readonly PageValues[];
}

/** The physical type that a field type is stored as. */
export function physicalType(type: ColumnShape['type']): number {
  switch (type) {
    case 'number':
      return PhysicalType.Double;
    case 'integer':
    case 'time':
      return PhysicalType.Int64;
    case 'boolean':
      return PhysicalType.Boolean;
    case 'text':
      return PhysicalType.ByteArray;
  }
}

/**
 * Writes one column of one row group, in steps: a dictionary page where it pays, then data pages of about 1 MiB, zstd.
 *
 * @param level of zstd, 1 to 22; null for what is written fast and read soon: nothing is compressed, and no dictionary
 *   of numbers is looked for
 */
export function* encodeChunk(
  shape: ColumnShape,
  column: Gathered,
  rows: number,
  level: number | null,
  out: ByteSink,
): Generator<void, EncodedChunk> {
  const plan = planValues(shape, column, rows, level !== null);
  yield;
  const start = out.length;
  let uncompressed = 0;
  const write = (type: number, header: Readonly<Record<number, ThriftValue>>, payload: Uint8Array): void => {
    const packed =
      level === null ? payload : zstdCompressSync(payload, { params: { [constants.ZSTD_c_compressionLevel]: level } });
    const bytes = encodeStruct(
      structOf({
        [PageField.Type]: i32(type),
        [PageField.UncompressedSize]: i32(payload.length),
        [PageField.CompressedSize]: i32(packed.length),
        ...header,
      }),
    );
    out.write(bytes);
    out.write(packed);
    uncompressed += bytes.length + payload.length;
  };
  if (plan.dictionary !== null) {
    const header = struct({ 1: i32(plan.dictionary.entries), 2: i32(Encoding.Plain) });
    write(PageType.Dictionary, { [PageField.DictionaryHeader]: header }, plan.dictionary.bytes);
  }
  const data = out.length;
  for (const page of plan.pages) {
    const header = struct({ 1: i32(page.rows), 2: i32(plan.encoding), 3: i32(Encoding.Rle), 4: i32(Encoding.Rle) });
    const payload = shape.nullable ? concatBytes([definitionLevels(page.nulls, page.rows), page.bytes]) : page.bytes;
    write(PageType.Data, { [PageField.DataHeader]: header }, payload);
    yield;
  }
  const encodings =
    plan.dictionary === null ? [Encoding.Plain, Encoding.Rle] : [Encoding.Plain, Encoding.Rle, Encoding.RleDictionary];
  const meta = structOf({
    [ColumnField.Type]: i32(physicalType(shape.type)),
    [ColumnField.Encodings]: list(
      ThriftType.I32,
      encodings.map((encoding) => i32(encoding)),
    ),
    [ColumnField.Path]: list(ThriftType.Binary, [text(shape.name)]),
    [ColumnField.Codec]: i32(level === null ? Codec.Uncompressed : Codec.Zstd),
    [ColumnField.NumValues]: i64(rows),
    [ColumnField.TotalUncompressedSize]: i64(uncompressed),
    [ColumnField.TotalCompressedSize]: i64(out.length - start),
    [ColumnField.DataPageOffset]: i64(data),
    [ColumnField.DictionaryPageOffset]: plan.dictionary === null ? undefined : i64(start),
    [ColumnField.Statistics]: struct({
      [StatisticsField.NullCount]: i64(countNulls(column.nulls)),
      [StatisticsField.MaxValue]: plan.extremes === null ? undefined : binary(plan.extremes.max),
      [StatisticsField.MinValue]: plan.extremes === null ? undefined : binary(plan.extremes.min),
    }),
  });
  return { meta, start, uncompressed };
}

function planValues(shape: ColumnShape, column: Gathered, rows: number, small: boolean): ValuePlan {
  switch (column.kind) {
    case 'numbers':
      return planNumbers(shape, column, rows, small);
    case 'booleans': {
      const pages = cut(rows, PAGE_BYTES).map(([from, to]) => {
        const nulls = nullsWithin(column.nulls, from, to);
        return { rows: to - from, nulls, bytes: plainBooleans(present(column.values.subarray(from, to), nulls)) };
      });
      const extremes = booleanExtremes(present(column.values, column.nulls));
      return { dictionary: null, encoding: Encoding.Plain, extremes, pages };
    }
    case 'texts':
      return planTexts(column, rows);
  }
}

function planNumbers(
  shape: ColumnShape,
  column: Gathered & { readonly kind: 'numbers' },
  rows: number,
  small: boolean,
): ValuePlan {
  const encode = shape.type === 'number' ? plainDoubles : plainIntegers;
  const values = present(column.values, column.nulls);
  const coded = small ? numberDictionary(values, Math.min(MAX_DICTIONARY_ENTRIES, values.length >> 2)) : null;
  const distinct = coded?.entries ?? values;
  const extremes = numberExtremes(distinct, shape.type);
  if (coded === null) {
    const pages = cut(rows, PAGE_BYTES / 8).map(([from, to]) => {
      const nulls = nullsWithin(column.nulls, from, to);
      return { rows: to - from, nulls, bytes: encode(present(column.values.subarray(from, to), nulls)) };
    });
    return { dictionary: null, encoding: Encoding.Plain, extremes, pages };
  }
  let at = 0;
  const pages = cut(rows, PAGE_BYTES / 4).map(([from, to]) => {
    const nulls = nullsWithin(column.nulls, from, to);
    const codes = coded.codes.subarray(at, (at += to - from - countNulls(nulls)));
    return { rows: to - from, nulls, bytes: dictionaryCodes(codes, distinct.length) };
  });
  const dictionary = { entries: distinct.length, bytes: encode(distinct) };
  return { dictionary, encoding: Encoding.RleDictionary, extremes, pages };
}

function planTexts(column: Gathered & { readonly kind: 'texts' }, rows: number): ValuePlan {
  const texts = column.dictionary.map((value) => encodeUtf8(value));
  const extremes = textExtremes(texts);
  const size = texts.reduce((sum, one) => sum + one.length + 4, 0);
  if (texts.length <= MAX_DICTIONARY_ENTRIES && size <= MAX_DICTIONARY_BYTES) {
    const pages = cut(rows, PAGE_BYTES / 4).map(([from, to]) => {
      const nulls = nullsWithin(column.nulls, from, to);
      const codes = present(column.codes.subarray(from, to), nulls);
      return { rows: to - from, nulls, bytes: dictionaryCodes(codes, texts.length) };
    });
    const dictionary = { entries: texts.length, bytes: plainTexts(texts) };
    return { dictionary, encoding: Encoding.RleDictionary, extremes, pages };
  }
  const pages: PageValues[] = [];
  let from = 0;
  let bytes = 0;
  for (let row = 0; row < rows; row += 1) {
    if (column.nulls?.[row] !== 1) bytes += 4 + texts[column.codes[row]!]!.length;
    if (bytes < PAGE_BYTES && row + 1 < rows) continue;
    const nulls = nullsWithin(column.nulls, from, row + 1);
    const codes = present(column.codes.subarray(from, row + 1), nulls);
    pages.push({ rows: row + 1 - from, nulls, bytes: plainTexts(Array.from(codes, (code) => texts[code]!)) });
    from = row + 1;
    bytes = 0;
  }
  return { dictionary: null, encoding: Encoding.Plain, extremes, pages };
}

function cut(rows: number, size: number): readonly (readonly [number, number])[] {
  const pieces: [number, number][] = [];
  for (let from = 0; from < rows; from += size) pieces.push([from, Math.min(rows, from + size)]);
  return pieces;
}

/** The null marks of some rows; null where none of them is. */
function nullsWithin(nulls: Uint8Array | null, from: number, to: number): Uint8Array | null {
  const part = nulls?.subarray(from, to) ?? null;
  return part?.includes(1) === true ? part : null;
}

/** The values of the rows that are not null. */
function present<A extends Float64Array | Uint8Array | Uint32Array>(values: A, nulls: Uint8Array | null): A {
  if (nulls === null) return values;
  const kept = values.slice() as A;
  let count = 0;
  for (let i = 0; i < values.length; i += 1) {
    if (nulls[i] === 1) continue;
    kept[count] = values[i]!;
    count += 1;
  }
  return kept.subarray(0, count) as A;
}

function countNulls(nulls: Uint8Array | null): number {
  let count = 0;
  if (nulls !== null) for (const mark of nulls) count += mark;
  return count;
}
