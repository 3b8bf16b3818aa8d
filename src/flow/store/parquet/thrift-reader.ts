import { parquetInvalid } from '../errors.ts';
import { binary, bool, i16, i32, i64, ThriftType } from './thrift-value.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';

/** Structures within structures beyond this depth are refused; Parquet's own go six deep. */
const MAX_DEPTH = 24;

/**
 * Reads one struct of the Thrift compact protocol.
 *
 * @returns the struct and the offset after it
 * @throws {StoreError} STORE_PARQUET_INVALID if the bytes are no such struct, end early or nest too deep
 * @see Apache Thrift, thrift-compact-protocol.md
 */
export function decodeStruct(data: Uint8Array, offset = 0): { readonly struct: ThriftStruct; readonly end: number } {
  const reader = new Reader(data, offset);
  const read = reader.struct(0);
  return { struct: read, end: reader.at };
}

/**
 * Refuses bytes other than zero behind what was read. Zeros pass: parquet-java serializes into a buffer that doubles,
 * and seals all of it.
 *
 * @throws {StoreError} STORE_PARQUET_INVALID
 */
export function refuseTrailing(data: Uint8Array, end: number, what: string): void {
  for (let at = end; at < data.length; at += 1) if (data[at] !== 0) throw parquetInvalid(`bytes follow ${what}`);
}

// Untrusted: every length below is checked against what is left before it is used.
class Reader {
  readonly #data: Uint8Array;
  at: number;

  constructor(data: Uint8Array, offset: number) {
    this.#data = data;
    this.at = offset;
  }

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw parquetInvalid('its metadata nests too deep');
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const header = this.#byte();
      if (header === 0) return fields;
      const delta = header >> 4;
      id = delta === 0 ? this.#zigzag32() : id + delta;
      const type = header & 15;
      if (id < -32_768 || id > 32_767 || fields.has(id))
        throw parquetInvalid('a metadata field is repeated or misnumbered');
      if (type === ThriftType.True) fields.set(id, bool(true));
      else if (type === ThriftType.False) fields.set(id, bool(false));
      else fields.set(id, this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case ThriftType.True:
      case ThriftType.False:
        return bool(this.#byte() === 1);
      case ThriftType.I8:
        return { kind: 'i8', value: (this.#byte() << 24) >> 24 };
      case ThriftType.I16: {
        const value = this.#zigzag32();
        if (value < -32_768 || value > 32_767) throw parquetInvalid('a 16-bit number is out of range');
        return i16(value);
      }
      case ThriftType.I32:
        return i32(this.#zigzag32());
      case ThriftType.I64:
        return i64(this.#zigzag64());
      case ThriftType.Double: {
        const raw = this.#take(8);
        return { kind: 'double', value: new DataView(raw.buffer, raw.byteOffset, 8).getFloat64(0, true) };
      }
      case ThriftType.Binary:
        return binary(this.#take(this.#length()));
      case ThriftType.Uuid:
        return { kind: 'uuid', value: this.#take(16) };
      case ThriftType.List:
      case ThriftType.Set:
        return this.#list(type, depth);
      case ThriftType.Map:
        return this.#map(depth);
      case ThriftType.Struct:
        return { kind: 'struct', value: this.struct(depth + 1) };
      default:
        throw parquetInvalid('its metadata holds a type that Thrift does not have');
    }
  }

  #list(type: number, depth: number): ThriftValue {
    if (depth > MAX_DEPTH) throw parquetInvalid('its metadata nests too deep');
    const header = this.#byte();
    const element = header & 15;
    const size = header >> 4 === 15 ? this.#length() : header >> 4;
    this.#mustHold(size);
    const value: ThriftValue[] = [];
    for (let i = 0; i < size; i += 1) value.push(this.#value(element, depth + 1));
    return { kind: type === ThriftType.List ? 'list' : 'set', element, value };
  }

  #map(depth: number): ThriftValue {
    if (depth > MAX_DEPTH) throw parquetInvalid('its metadata nests too deep');
    const size = this.#length();
    if (size === 0) return { kind: 'map', keyType: 0, valueType: 0, value: [] };
    this.#mustHold(size);
    const types = this.#byte();
    const value: [ThriftValue, ThriftValue][] = [];
    for (let i = 0; i < size; i += 1)
      value.push([this.#value(types >> 4, depth + 1), this.#value(types & 15, depth + 1)]);
    return { kind: 'map', keyType: types >> 4, valueType: types & 15, value };
  }

  /** Each element takes a byte at least, so no list can promise more than the bytes that are left. */
  #mustHold(size: number): void {
    if (size > this.#data.length - this.at) throw parquetInvalid('its metadata ends early');
  }

  #byte(): number {
    const value = this.#data[this.at];
    if (value === undefined) throw parquetInvalid('its metadata ends early');
    this.at += 1;
    return value;
  }

  #take(length: number): Uint8Array {
    this.#mustHold(length);
    const taken = this.#data.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  #length(): number {
    const value = this.#varint();
    if (value > 0x7fff_ffffn) throw parquetInvalid('a length in its metadata is out of range');
    return Number(value);
  }

  #zigzag32(): number {
    const value = this.#zigzag64();
    if (value < -0x8000_0000n || value > 0x7fff_ffffn) throw parquetInvalid('a 32-bit number is out of range');
    return Number(value);
  }

  #zigzag64(): bigint {
    const value = this.#varint();
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  #varint(): bigint {
    let low = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.#byte();
      low += (byte & 127) * scale;
      if (byte < 128) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw parquetInvalid('a number in its metadata does not end');
  }
}
