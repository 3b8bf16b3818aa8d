import { concatBytes } from '#base/core/index.ts';
import { TAG } from './der.ts';

/** A value of DER from its identifier octet and the parts of its content. @see X.690 section 10 */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concatBytes([encodeHead(tag, length), ...parts]);
}

/** Identifier and length octets of a value whose content is written by others. */
export function encodeHead(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(tag, 0x80 + octets.length, ...octets);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function encodeOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encodeDer(TAG.oid, ...[first * 40 + second, ...rest].map(arcOf));
}

/** An INTEGER that is not negative, from its octets, big end first. */
export function encodeInteger(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start++;
  const shortest = value.length === 0 ? Uint8Array.of(0) : value.subarray(start);
  const sign = (shortest[0] ?? 0) < 0x80 ? [] : [Uint8Array.of(0)];
  return encodeDer(TAG.integer, ...sign, shortest);
}

/** An INTEGER from a safe number that is not negative. */
export function encodeNumber(value: number): Uint8Array {
  return encodeInteger(Uint8Array.fromHex(value.toString(16).padStart(14, '0')));
}

/** A BIT STRING of whole octets. */
export function encodeBits(octets: Uint8Array): Uint8Array {
  return encodeDer(TAG.bitString, Uint8Array.of(0), octets);
}

/**
 * A Time in whole seconds: two digits of the year up to 2049, four from 2050 on.
 *
 * @param at epoch microseconds
 * @see RFC 5280 section 4.1.2.5
 */
export function encodeTime(at: number): Uint8Array {
  const text = digitsOf(at);
  return text < '2050' ? encodeDer(TAG.utcTime, Buffer.from(text.slice(2), 'ascii')) : encodeGeneralizedTime(at);
}

/** A GeneralizedTime in whole seconds. @param at epoch microseconds @see RFC 6960 section 4.2.2.1 */
export function encodeGeneralizedTime(at: number): Uint8Array {
  return encodeDer(TAG.generalizedTime, Buffer.from(digitsOf(at), 'ascii'));
}

/** An Extension. @see RFC 5280 section 4.1 */
export function encodeExtension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [encodeDer(TAG.boolean, Uint8Array.of(0xff))] : [];
  return encodeDer(TAG.sequence, encodeOid(oid), ...flag, encodeDer(TAG.octetString, value));
}

function digitsOf(at: number): string {
  const iso = new Date(Math.floor(at / 1_000_000) * 1_000).toISOString();
  return `${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

function arcOf(arc: number): Uint8Array {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest % 128) + 128);
  return Uint8Array.from(octets);
}
