import { parquetInvalid } from '../errors.ts';
import { decompress, plainNumbers } from './decode-parquet.ts';
import { readRuns } from './decode-levels.ts';
import { Codec, ColumnField, Encoding, PageField, PhysicalType, SchemaField, StatisticsField } from './format.ts';
import type { PageHeader } from './page-header.ts';
import { encodingOf, valuesAt } from './rewrite-page.ts';
import type { ChunkRewrite, WrittenPage } from './rewrite-page.ts';
import { intAt, sizeAt, structAt } from './thrift-access.ts';
import { binary, bool, i32, list, struct, text, ThriftType, withFields } from './thrift-value.ts';
import type { ThriftStruct } from './thrift-value.ts';

/** A column of 32-bit whole numbers that is made of a column of numbers as that is opened. */
export interface WholeColumn {
  /** The column of the first level that it is made of. */
  readonly of: string;
  /** None of its numbers is greater, nor less than its negative. */
  readonly most: number;
  /** The whole number of each value, in order. */
  readonly wholes: (values: Float64Array) => Int32Array;
}

/**
 * The pages of a column as whole numbers, one after the other, without a dictionary and not compressed: so an engine adds
 * them up twice as fast, and they take half the bytes that doubles would.
 */
export function wholeNumbers(name: string, column: WholeColumn, nullable: boolean): ChunkRewrite {
  let dictionary: Int32Array = new Int32Array();
  return {
    page: ({ header, payload }, meta) => {
      const codec = intAt(meta, ColumnField.Codec, 'the codec of a column');
      const body = decompress(payload, codec, header.uncompressedSize);
      const encoding = encodingOf(header);
      const from = valuesAt(header, body, nullable);
      const values = body.subarray(from);
      if (header.kind === 'dictionary') {
        dictionary = column.wholes(numbersOf(values, meta));
        return null;
      }
      const made =
        encoding === Encoding.Plain
          ? column.wholes(numbersOf(values, meta))
          : lookUp(values, countPresent(header, body, nullable), dictionary);
      return plainPage(header, body.subarray(0, from), made);
    },
    meta: (meta) => ({
      [ColumnField.Type]: i32(PhysicalType.Int32),
      [ColumnField.Encodings]: list(ThriftType.I32, [i32(Encoding.Plain), i32(Encoding.Rle)]),
      [ColumnField.Path]: list(ThriftType.Binary, [text(name)]),
      [ColumnField.Codec]: i32(Codec.Uncompressed),
      [ColumnField.Statistics]: bounds(meta, column.most),
    }),
  };
}

/** The schema of such a column, from that of the one that it is made of. */
export function wholeElement(name: string, element: ThriftStruct): ThriftStruct {
  return withFields(element, {
    [SchemaField.Type]: i32(PhysicalType.Int32),
    [SchemaField.Name]: text(name),
    [SchemaField.ConvertedType]: undefined,
    [SchemaField.LogicalType]: undefined,
  });
}

function plainPage({ fields }: PageHeader, levels: Uint8Array, values: Int32Array): WrittenPage {
  const payload = new Uint8Array(levels.length + values.byteLength);
  payload.set(levels);
  // Little-endian, as the machines that Weir runs on have them.
  payload.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), levels.length);
  const header = structAt(fields, PageField.DataHeader, 'a data page header') ?? new Map();
  // Statistics of a page would be of the values before.
  const plain = withFields(header, { 2: i32(Encoding.Plain), 5: undefined });
  const changed = { [PageField.DataHeader]: { kind: 'struct', value: plain } as const };
  return { payload, uncompressedSize: payload.length, header: changed };
}

/** How many values of a page are there, and not null. */
function countPresent({ fields }: PageHeader, body: Uint8Array, nullable: boolean): number {
  const header = structAt(fields, PageField.DataHeader, 'a data page header') ?? new Map();
  const rows = sizeAt(header, 1, 'the values of a page');
  if (!nullable) return rows;
  const levels = readRuns(body.subarray(4, valuesAt({ kind: 'data' }, body, true)), 1, rows);
  return levels.reduce((sum, level) => sum + level, 0);
}

/** Places in a dictionary: the width, then runs. */
function lookUp(data: Uint8Array, count: number, dictionary: Int32Array): Int32Array {
  const values = new Int32Array(count);
  if (count === 0) return values;
  const places = readRuns(data.subarray(1), data[0] ?? 0, count);
  for (let i = 0; i < count; i += 1) {
    const place = places[i]!;
    if (place >= dictionary.length) throw parquetInvalid('a value lies outside its dictionary');
    values[i] = dictionary[place]!;
  }
  return values;
}

function numbersOf(body: Uint8Array, meta: ThriftStruct): Float64Array {
  const type = intAt(meta, ColumnField.Type, 'the type of a column');
  if (type !== PhysicalType.Double && type !== PhysicalType.Int64)
    throw parquetInvalid('whole numbers are made of numbers alone');
  return plainNumbers(body, { type: type === PhysicalType.Double ? 'number' : 'integer' }, Math.floor(body.length / 8));
}

/** What an engine may rely on to add up without a look at each sum; of the values themselves it says nothing. */
function bounds(meta: ThriftStruct, most: number) {
  const known = structAt(meta, ColumnField.Statistics, 'the statistics of a column');
  const bytesOf = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);
  return struct({
    [StatisticsField.NullCount]: known?.get(StatisticsField.NullCount),
    [StatisticsField.MaxValue]: binary(bytesOf(most)),
    [StatisticsField.MinValue]: binary(bytesOf(-most)),
    [StatisticsField.IsMaxExact]: bool(false),
    [StatisticsField.IsMinExact]: bool(false),
  });
}
