import { encodeUtf8 } from '#base/core/index.ts';

/** The types of the Thrift compact protocol, by their numbers on the wire. */
export const ThriftType = {
  True: 1,
  False: 2,
  I8: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  Double: 7,
  Binary: 8,
  List: 9,
  Set: 10,
  Map: 11,
  Struct: 12,
  Uuid: 13,
} as const;

/**
 * A value with the type that it has on the wire, so that what is read is written back the same,
 * fields unknown to this program included.
 */
export type ThriftValue =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'i8' | 'i16' | 'i32' | 'double'; readonly value: number }
  | { readonly kind: 'i64'; readonly value: bigint }
  | { readonly kind: 'binary' | 'uuid'; readonly value: Uint8Array }
  | { readonly kind: 'list' | 'set'; readonly element: number; readonly value: readonly ThriftValue[] }
  | {
      readonly kind: 'map';
      readonly keyType: number;
      readonly valueType: number;
      readonly value: readonly (readonly [ThriftValue, ThriftValue])[];
    }
  | { readonly kind: 'struct'; readonly value: ThriftStruct };

/** Fields by id. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

export const bool = (value: boolean): ThriftValue => ({ kind: 'bool', value });
export const i16 = (value: number): ThriftValue => ({ kind: 'i16', value });
export const i32 = (value: number): ThriftValue => ({ kind: 'i32', value });
export const i64 = (value: number | bigint): ThriftValue => ({ kind: 'i64', value: BigInt(value) });
export const binary = (value: Uint8Array): ThriftValue => ({ kind: 'binary', value });
export const text = (value: string): ThriftValue => ({ kind: 'binary', value: encodeUtf8(value) });

/** A struct value; fields given as undefined are left out. */
export function struct(fields: Readonly<Record<number, ThriftValue | undefined>>): ThriftValue {
  return { kind: 'struct', value: structOf(fields) };
}

/** A struct; fields given as undefined are left out. */
export function structOf(fields: Readonly<Record<number, ThriftValue | undefined>>): ThriftStruct {
  const made = new Map<number, ThriftValue>();
  for (const [id, field] of Object.entries(fields)) if (field !== undefined) made.set(Number(id), field);
  return made;
}

/** A list of values of one type. */
export function list(element: number, value: readonly ThriftValue[]): ThriftValue {
  return { kind: 'list', element, value };
}

/** The struct with some fields set anew, or taken away where undefined is given. */
export function withFields(
  base: ThriftStruct,
  fields: Readonly<Record<number, ThriftValue | undefined>>,
): ThriftStruct {
  const made = new Map(base);
  for (const [id, field] of Object.entries(fields)) {
    if (field === undefined) made.delete(Number(id));
    else made.set(Number(id), field);
  }
  return made;
}
