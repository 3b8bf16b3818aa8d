import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
} from '@duckdb/node-api';
import type { DuckDBVector } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import { plainText } from './values.ts';

type Values = readonly unknown[];
type NumberArray = { [index: number]: number | bigint; readonly length: number };

/** The Arrow data of one column of a chunk: typed arrays are copied, anything else is built value by value. */
export function columnData(type: arrow.DataType, vector: DuckDBVector, rows: number): arrow.Data {
  const items = (vector as { items?: unknown }).items;
  const typed = fixedWidth(type);
  if (typed !== null && items instanceof typed) {
    const { validity } = vector as unknown as { validity: { data: BigUint64Array | null; offset: number } };
    if (validity.offset === 0) {
      const nulls = validity.data === null ? null : bitmapOf(validity.data, rows);
      const data = (items as unknown as Uint8Array).slice(0, rows);
      return arrow.makeData({ type, length: rows, data, ...(nulls ?? { nullCount: 0 }) } as never);
    }
  }
  const values: unknown[] = [];
  for (let i = 0; i < rows; i++) values.push(vector.getItem(i));
  return dataOf(type, values);
}

/** The typed array that Arrow keeps a type of fixed width in, where DuckDB keeps it in the same. */
function fixedWidth(type: arrow.DataType): (new (length: number) => NumberArray) | null {
  if (arrow.DataType.isInt(type) || arrow.DataType.isFloat(type)) return type.ArrayType;
  if (arrow.DataType.isTimestamp(type) || arrow.DataType.isTime(type)) return BigInt64Array;
  if (arrow.DataType.isDate(type)) return Int32Array;
  return null;
}

function bitmapOf(words: BigUint64Array, rows: number): { nullBitmap: Uint8Array; nullCount: number } {
  const nullBitmap = new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice(0, (rows + 7) >> 3);
  let set = 0;
  for (let i = 0; i < rows; i++) set += ((nullBitmap[i >> 3] ?? 0) >> (i & 7)) & 1;
  return { nullBitmap, nullCount: rows - set };
}

function dataOf(type: arrow.DataType, values: Values): arrow.Data {
  const length = values.length;
  const common = { type, length, ...nullsOf(values) };
  if (arrow.DataType.isNull(type)) return arrow.makeData({ type, length, nullCount: length } as never);
  if (arrow.DataType.isUtf8(type)) return arrow.makeData({ ...common, ...texts(values) } as never);
  if (arrow.DataType.isBinary(type)) return arrow.makeData({ ...common, ...blobs(values) } as never);
  if (arrow.DataType.isBool(type)) return arrow.makeData({ ...common, data: bits(values) } as never);
  if (arrow.DataType.isDecimal(type)) return arrow.makeData({ ...common, data: decimals(values) } as never);
  if (arrow.DataType.isInterval(type)) return arrow.makeData({ ...common, data: intervals(values) } as never);
  if (arrow.DataType.isMap(type)) return mapData(type, values, common);
  if (arrow.DataType.isList(type) || arrow.DataType.isFixedSizeList(type)) return listData(type, values, common);
  if (arrow.DataType.isStruct(type)) {
    const children = type.children.map(({ name, type: child }) =>
      dataOf(
        child as arrow.DataType,
        values.map((value) => (value instanceof DuckDBStructValue ? value.entries[name] : null)),
      ),
    );
    return arrow.makeData({ ...common, children } as never);
  }
  const ArrayType = fixedWidth(type);
  if (ArrayType === null) throw new TypeError(`no Arrow data is made of type ${type.typeId}`);
  return arrow.makeData({ ...common, data: numbers(new ArrayType(length), values) } as never);
}

function nullsOf(values: Values): { nullBitmap: Uint8Array | null; nullCount: number } {
  let nullCount = 0;
  for (const value of values) if (value === null || value === undefined) nullCount += 1;
  return {
    nullBitmap: nullCount === 0 ? null : bits(values.map((value) => value !== null && value !== undefined)),
    nullCount,
  };
}

function bits(values: Values): Uint8Array {
  const data = new Uint8Array((values.length + 7) >> 3);
  for (let i = 0; i < values.length; i++) if (values[i] === true) data[i >> 3] = (data[i >> 3] ?? 0) | (1 << (i & 7));
  return data;
}

function numbers(data: NumberArray, values: Values): NumberArray {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const plain = typeof value === 'number' || typeof value === 'bigint' ? value : wholeOf(value);
    if (plain !== null) data[i] = typeof data[i] === 'bigint' ? BigInt(plain) : Number(plain);
  }
  return data;
}

/** What dates and times inside lists and structs count: days, or units since midnight or the epoch. */
function wholeOf(value: unknown): number | bigint | null {
  if (value instanceof DuckDBDateValue) return value.days;
  if (typeof value !== 'object' || value === null) return null;
  for (const unit of ['micros', 'millis', 'seconds', 'nanos']) {
    const count = (value as Record<string, unknown>)[unit];
    if (typeof count === 'bigint') return count;
  }
  return null;
}

function texts(values: Values): { valueOffsets: Int32Array; data: Uint8Array } {
  const strings = values.map((value) => plainText(value) ?? '');
  return bytesData(strings.map((text) => Buffer.from(text, 'utf8')));
}

function blobs(values: Values): { valueOffsets: Int32Array; data: Uint8Array } {
  return bytesData(values.map((value) => (value instanceof DuckDBBlobValue ? value.bytes : new Uint8Array())));
}

function bytesData(parts: readonly Uint8Array[]): { valueOffsets: Int32Array; data: Uint8Array } {
  return { valueOffsets: offsets(parts), data: new Uint8Array(Buffer.concat(parts)) };
}

function offsets(parts: readonly { readonly length: number }[]): Int32Array {
  const valueOffsets = new Int32Array(parts.length + 1);
  for (let i = 0; i < parts.length; i++) valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + (parts[i]?.length ?? 0);
  return valueOffsets;
}

/** 128-bit two's complement, little-endian, as four words each. */
function decimals(values: Values): Uint32Array {
  const data = new Uint32Array(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    let whole = value instanceof DuckDBDecimalValue ? value.value : typeof value === 'bigint' ? value : 0n;
    for (let word = 0; word < 4; word++) {
      data[i * 4 + word] = Number(BigInt.asUintN(32, whole));
      whole >>= 32n;
    }
  }
  return data;
}

/** Months and days in 32 bits each, nanoseconds in 64, as four words each. */
function intervals(values: Values): Int32Array {
  const data = new Int32Array(values.length * 4);
  const wide = new BigInt64Array(data.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value instanceof DuckDBIntervalValue)) continue;
    data[i * 4] = value.months;
    data[i * 4 + 1] = value.days;
    wide[i * 2 + 1] = value.micros * 1_000n;
  }
  return data;
}

function listData(type: arrow.DataType, values: Values, common: object): arrow.Data {
  const size = arrow.DataType.isFixedSizeList(type) ? type.listSize : 0;
  const lists = values.map((value): Values => {
    if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items;
    return Array.from({ length: size }, () => null);
  });
  const child = dataOf((type as arrow.List).children[0]?.type as arrow.DataType, lists.flat());
  return arrow.makeData({ ...common, valueOffsets: offsets(lists), child } as never);
}

function mapData(type: arrow.Map_, values: Values, common: object): arrow.Data {
  const maps = values.map((value) => (value instanceof DuckDBMapValue ? value.entries : []));
  const all = maps.flat();
  const entries = type.children[0]?.type as unknown as arrow.Struct;
  const [key, value] = entries.children;
  const children = [
    dataOf(
      key?.type as arrow.DataType,
      all.map((entry) => entry.key),
    ),
    dataOf(
      value?.type as arrow.DataType,
      all.map((entry) => entry.value),
    ),
  ];
  const child = arrow.makeData({ type: entries, length: all.length, nullCount: 0, children } as never);
  return arrow.makeData({ ...common, valueOffsets: offsets(maps), child } as never);
}
