import { ThriftType } from './thrift-value.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';

/** Bytes of a struct in the Thrift compact protocol, fields in ascending order of id. */
export function encodeStruct(value: ThriftStruct): Uint8Array {
  const writer = new Writer();
  writer.struct(value);
  return writer.bytes();
}

class Writer {
  #data = new Uint8Array(256);
  #at = 0;

  bytes(): Uint8Array {
    return this.#data.slice(0, this.#at);
  }

  struct(fields: ThriftStruct): void {
    let last = 0;
    for (const id of [...fields.keys()].sort((a, b) => a - b)) {
      const field = fields.get(id);
      if (field === undefined) continue;
      const type = typeOf(field);
      const delta = id - last;
      if (delta > 0 && delta <= 15) this.#byte((delta << 4) | type);
      else {
        this.#byte(type);
        this.#zigzag(id);
      }
      last = id;
      if (field.kind !== 'bool') this.#value(field);
    }
    this.#byte(0);
  }

  #value(field: ThriftValue): void {
    switch (field.kind) {
      case 'bool':
        return this.#byte(field.value ? ThriftType.True : ThriftType.False);
      case 'i8':
        return this.#byte(field.value & 255);
      case 'i16':
      case 'i32':
        return this.#zigzag(field.value);
      case 'i64':
        return this.#varint(BigInt.asUintN(64, (field.value << 1n) ^ (field.value >> 63n)));
      case 'double': {
        const raw = new Uint8Array(8);
        new DataView(raw.buffer).setFloat64(0, field.value, true);
        return this.#put(raw);
      }
      case 'binary':
        this.#small(field.value.length);
        return this.#put(field.value);
      case 'uuid':
        return this.#put(field.value);
      case 'list':
      case 'set':
        if (field.value.length < 15) this.#byte((field.value.length << 4) | field.element);
        else {
          this.#byte(0xf0 | field.element);
          this.#small(field.value.length);
        }
        for (const item of field.value) this.#value(item);
        return undefined;
      case 'map':
        this.#small(field.value.length);
        if (field.value.length > 0) this.#byte((field.keyType << 4) | field.valueType);
        for (const [key, value] of field.value) {
          this.#value(key);
          this.#value(value);
        }
        return undefined;
      case 'struct':
        return this.struct(field.value);
    }
  }

  #zigzag(value: number): void {
    this.#small(((value << 1) ^ (value >> 31)) >>> 0);
  }

  #small(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  #varint(value: bigint): void {
    if (value < 0x8000_0000n) return this.#small(Number(value));
    let rest = value;
    while (rest > 127n) {
      this.#byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    return this.#byte(Number(rest));
  }

  #byte(value: number): void {
    this.#room(1);
    this.#data[this.#at] = value;
    this.#at += 1;
  }

  #put(data: Uint8Array): void {
    this.#room(data.length);
    this.#data.set(data, this.#at);
    this.#at += data.length;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#data.length) return;
    const wider = new Uint8Array(Math.max(this.#data.length * 2, this.#at + length));
    wider.set(this.#data.subarray(0, this.#at));
    this.#data = wider;
  }
}

function typeOf(field: ThriftValue): number {
  switch (field.kind) {
    case 'bool':
      return field.value ? ThriftType.True : ThriftType.False;
    case 'i8':
      return ThriftType.I8;
    case 'i16':
      return ThriftType.I16;
    case 'i32':
      return ThriftType.I32;
    case 'i64':
      return ThriftType.I64;
    case 'double':
      return ThriftType.Double;
    case 'binary':
      return ThriftType.Binary;
    case 'uuid':
      return ThriftType.Uuid;
    case 'list':
      return ThriftType.List;
    case 'set':
      return ThriftType.Set;
    case 'map':
      return ThriftType.Map;
    case 'struct':
      return ThriftType.Struct;
  }
}
