import { concatBytes } from '#base/core/index.ts';
import { IdentityError } from '../errors.ts';

// The part of DER that lists of revoked certificates and OCSP need. @see ITU-T X.690

/** Tags, as they stand in the first byte. */
export const TAG = Object.freeze({
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
});

/** The tag of a constructed element in a context, such as `[0]`. */
export function context(number: number): number {
  return 0xa0 | number;
}

/** An element: tag, length, contents. */
export function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return concatBytes([headOf(tag, length), ...contents]);
}

/** Tag and length of an element whose contents are written by others. */
export function headOf(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(tag, 0x80 | bytes.length, ...bytes);
}

/** A non-negative integer from its bytes, big end first. */
export function encodeInteger(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start++;
  const shortest = value.length === 0 ? Uint8Array.of(0) : value.subarray(start);
  return (shortest[0] ?? 0) < 0x80
    ? encodeDer(TAG.integer, shortest)
    : encodeDer(TAG.integer, Uint8Array.of(0), shortest);
}

/** A safe non-negative integer. */
export function encodeNumber(value: number): Uint8Array {
  return encodeInteger(Uint8Array.fromHex(value.toString(16).padStart(14, '0')));
}

/** An object identifier such as `2.5.29.20`. */
export function encodeOid(oid: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128))
      groups.unshift((more & 0x7f) | 0x80);
    return groups;
  });
  return encodeDer(TAG.oid, Uint8Array.from(bytes));
}

/**
 * A time in whole seconds: two digits of the year up to 2049, four from 2050 on.
 *
 * @param at epoch microseconds
 * @see RFC 5280 section 5.1.2.4
 */
export function encodeTime(at: number): Uint8Array {
  const iso = new Date(Math.floor(at / 1_000_000) * 1_000).toISOString();
  const text = `${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  const isShort = Number(iso.slice(0, 4)) < 2050;
  return encodeDer(isShort ? TAG.utcTime : TAG.generalizedTime, Buffer.from(isShort ? text.slice(2) : text, 'ascii'));
}

/** The same with four digits of the year always. @see RFC 6960 section 4.2.2.1 */
export function encodeGeneralizedTime(at: number): Uint8Array {
  const iso = new Date(Math.floor(at / 1_000_000) * 1_000).toISOString();
  return encodeDer(TAG.generalizedTime, Buffer.from(`${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`, 'ascii'));
}

/** A bit string of whole bytes. */
export function encodeBits(bytes: Uint8Array): Uint8Array {
  return encodeDer(TAG.bitString, Uint8Array.of(0), bytes);
}

/** An extension. @see RFC 5280 section 4.1 */
export function encodeExtension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [encodeDer(TAG.boolean, Uint8Array.of(0xff))] : [];
  return encodeDer(TAG.sequence, encodeOid(oid), ...flag, encodeDer(TAG.octetString, value));
}

/** One element that was read: views into what was given. */
export interface DerElement {
  readonly tag: number;
  /** Contents alone. */
  readonly value: Uint8Array;
  /** Tag, length and contents. */
  readonly whole: Uint8Array;
}

/**
 * Reads one element at a place.
 *
 * @param data untrusted: a length that is longer than what is there, or not written the shortest way, is refused
 * @throws {IdentityError} IDENTITY_DER_INVALID
 */
export function readDer(data: Uint8Array, at = 0): DerElement {
  const [tag, first] = [data[at], data[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw malformed();
  let [length, start] = [first, at + 2];
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4 || data[start] === 0) throw malformed();
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (data[start + i] ?? Number.NaN);
    start += count;
    if (!(length >= 0x80)) throw malformed();
  }
  if (!(start + length <= data.length)) throw malformed();
  return { tag, value: data.subarray(start, start + length), whole: data.subarray(at, start + length) };
}

/** The elements that a constructed one holds, as many as `limit`. @throws {IdentityError} IDENTITY_DER_INVALID */
export function readAll(data: Uint8Array, limit: number): DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at < data.length;) {
    if (found.length >= limit) throw malformed();
    const element = readDer(data, at);
    found.push(element);
    at += element.whole.length;
  }
  return found;
}

/** Reads the one element that the data are, of the tag that is wanted. @throws {IdentityError} IDENTITY_DER_INVALID */
export function readOnly(data: Uint8Array, tag: number): Uint8Array {
  const element = readDer(data);
  if (element.tag !== tag || element.whole.length !== data.length) throw malformed();
  return element.value;
}

/** An integer's bytes as upper-case hex, without the byte that only says that it is not negative. */
export function integerHex(value: Uint8Array): string {
  const digits = value.length > 1 && value[0] === 0 ? value.subarray(1) : value;
  return Buffer.from(digits).toString('hex').toUpperCase();
}

/** What is said of bytes that are not what they should be. */
export function malformed(): IdentityError {
  return new IdentityError('IDENTITY_DER_INVALID', 'Cannot read request: it is not the DER that was expected', {
    hint: 'Send what openssl ocsp or openssl crl writes, in DER',
  });
}
