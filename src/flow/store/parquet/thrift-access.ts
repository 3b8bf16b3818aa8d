import { decodeUtf8 } from '#base/core/index.ts';
import { parquetInvalid } from '../errors.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';

/**
 * Typed reading of fields. An absent field is undefined; one of another type than the format says is refused,
 * since to guess what it means is how a forger is served.
 */

/** An integer field of any width that is exact in a double. @throws {StoreError} STORE_PARQUET_INVALID otherwise */
export function intAt(fields: ThriftStruct, id: number, name: string): number | undefined {
  const field = fields.get(id);
  if (field === undefined) return undefined;
  if (field.kind === 'i16' || field.kind === 'i32' || field.kind === 'i8') return field.value;
  if (field.kind === 'i64' && field.value >= -(2n ** 53n) && field.value <= 2n ** 53n) return Number(field.value);
  throw parquetInvalid(`${name} is no integer`);
}

/** A count, size or offset. @throws {StoreError} STORE_PARQUET_INVALID if it is absent or negative */
export function sizeAt(fields: ThriftStruct, id: number, name: string): number {
  const value = intAt(fields, id, name);
  if (value === undefined || value < 0) throw parquetInvalid(`${name} is missing or negative`);
  return value;
}

/** A struct field. @throws {StoreError} STORE_PARQUET_INVALID if it is something else */
export function structAt(fields: ThriftStruct, id: number, name: string): ThriftStruct | undefined {
  const field = fields.get(id);
  if (field === undefined) return undefined;
  return asStruct(field, name);
}

/** @throws {StoreError} STORE_PARQUET_INVALID unless the value is a struct */
export function asStruct(field: ThriftValue, name: string): ThriftStruct {
  if (field.kind !== 'struct') throw parquetInvalid(`${name} is no struct`);
  return field.value;
}

/** A list of structs; absent reads as empty. @throws {StoreError} STORE_PARQUET_INVALID if it is something else */
export function structsAt(fields: ThriftStruct, id: number, name: string): readonly ThriftStruct[] {
  const field = fields.get(id);
  if (field === undefined) return [];
  if (field.kind !== 'list') throw parquetInvalid(`${name} is no list`);
  return field.value.map((item) => asStruct(item, name));
}

/** A binary field. @throws {StoreError} STORE_PARQUET_INVALID if it is something else */
export function bytesAt(fields: ThriftStruct, id: number, name: string): Uint8Array | undefined {
  const field = fields.get(id);
  if (field === undefined) return undefined;
  if (field.kind !== 'binary') throw parquetInvalid(`${name} is not binary`);
  return field.value;
}

/** A boolean field. @throws {StoreError} STORE_PARQUET_INVALID if it is something else */
export function boolAt(fields: ThriftStruct, id: number, name: string): boolean | undefined {
  const field = fields.get(id);
  if (field === undefined) return undefined;
  if (field.kind !== 'bool') throw parquetInvalid(`${name} is no boolean`);
  return field.value;
}

/** A list of texts. @throws {StoreError} STORE_PARQUET_INVALID if it is absent, something else or not UTF-8 */
export function textsAt(fields: ThriftStruct, id: number, name: string): readonly string[] {
  const field = fields.get(id);
  if (field?.kind !== 'list') throw parquetInvalid(`${name} is missing or no list`);
  return field.value.map((item) => {
    if (item.kind !== 'binary') throw parquetInvalid(`${name} holds something that is no text`);
    return decodeText(item.value, name);
  });
}

/** @throws {StoreError} STORE_PARQUET_INVALID unless the bytes are UTF-8 */
export function decodeText(data: Uint8Array, name: string): string {
  try {
    return decodeUtf8(data);
  } catch (cause) {
    throw parquetInvalid(`${name} is not UTF-8`, cause);
  }
}
