import { toHex } from '#base/core/index.ts';
import { MalformedDer, TAG, expectTag } from './der.ts';
import type { DerNode } from './der.ts';

const LONGEST_OID = 64;

/** An OBJECT IDENTIFIER in dotted form. @throws {MalformedDer} */
export function readOid(node: DerNode | undefined): string {
  const { content } = expectTag(node, TAG.oid);
  if (content.length === 0 || content.length > LONGEST_OID)
    throw new MalformedDer('an object identifier has no length');
  const arcs: number[] = [];
  let arc = 0;
  let open = false;
  for (const byte of content) {
    if (!open && byte === 0x80) throw new MalformedDer('an object identifier is padded');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw new MalformedDer('an object identifier is too large');
    open = byte >= 0x80;
    if (open) continue;
    if (arcs.length > 0) arcs.push(arc);
    else if (arc < 80) arcs.push(Math.floor(arc / 40), arc % 40);
    else arcs.push(2, arc - 80);
    arc = 0;
  }
  if (open) throw new MalformedDer('an object identifier is cut off');
  return arcs.join('.');
}

/** The octets of an INTEGER in two's complement, the fewest that hold it. @throws {MalformedDer} */
export function readIntegerBytes(node: DerNode | undefined): Uint8Array {
  const { content } = expectTag(node, TAG.integer);
  const [first, second] = content;
  if (first === undefined) throw new MalformedDer('an integer is empty');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new MalformedDer('an integer is padded');
  }
  return content;
}

/** An INTEGER from 0 to 65,535. @throws {MalformedDer} */
export function readSmallInteger(node: DerNode | undefined): number {
  const bytes = readIntegerBytes(node);
  if (bytes[0]! >= 0x80 || bytes.length > 3) throw new MalformedDer('an integer is out of bounds');
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  if (value > 65_535) throw new MalformedDer('an integer is out of bounds');
  return value;
}

/** A BOOLEAN; DER has one form of true. @throws {MalformedDer} @see X.690 section 11.1 */
export function readBoolean(node: DerNode | undefined): boolean {
  const { content } = expectTag(node, TAG.boolean);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new MalformedDer('a boolean is neither');
  return content[0] === 0xff;
}

/** The octets of a BIT STRING without unused bits. @throws {MalformedDer} */
export function readBitOctets(node: DerNode | undefined): Uint8Array {
  const { content } = expectTag(node, TAG.bitString);
  if (content[0] !== 0) throw new MalformedDer('a bit string is not of whole octets');
  return content.subarray(1);
}

/** A BIT STRING of named bits: bit 0 is the lowest of the number. @throws {MalformedDer} @see X.690 section 11.2 */
export function readNamedBits(node: DerNode | undefined): number {
  const { content } = expectTag(node, TAG.bitString);
  const unused = content[0];
  if (unused === undefined || unused > 7 || content.length > 3 || (content.length === 1 && unused !== 0)) {
    throw new MalformedDer('named bits are malformed');
  }
  let bits = 0;
  for (let i = 0; i < (content.length - 1) * 8 - unused; i += 1) {
    if ((content[1 + (i >> 3)]! & (0x80 >> (i & 7))) !== 0) bits |= 1 << i;
  }
  return bits;
}

/** A Time in epoch seconds. Certificates write UTC with seconds and no fractions. @see RFC 5280 section 4.1.2.5 */
export function readTime(node: DerNode | undefined): number {
  const text = Buffer.from(node?.content ?? []).toString('latin1');
  const short = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const long = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const parts = node?.tag === TAG.utcTime ? short : node?.tag === TAG.generalizedTime ? long : null;
  if (parts === null) throw new MalformedDer('a time is malformed');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const full = node?.tag === TAG.utcTime ? (year < 50 ? 2000 + year : 1900 + year) : year;
  const date = new Date(0);
  date.setUTCFullYear(full, month - 1, day);
  const valid = date.getUTCFullYear() === full && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!valid || hour > 23 || minute > 59 || second > 59) throw new MalformedDer('a time is no time');
  return date.getTime() / 1_000 + hour * 3_600 + minute * 60 + second;
}

/** A character string of any of the types that names come in. @throws {MalformedDer} */
export function readText(node: DerNode): string {
  const bytes = Buffer.from(node.content.buffer, node.content.byteOffset, node.content.length);
  switch (node.tag) {
    case TAG.utf8:
      return decodeStrict('utf-8', bytes);
    case TAG.printable:
    case TAG.ia5:
      if (bytes.some((byte) => byte >= 0x80)) throw new MalformedDer('a text has octets beyond ASCII');
      return bytes.toString('latin1');
    case TAG.teletex:
      return bytes.toString('latin1');
    case TAG.bmp:
      return decodeStrict('utf-16be', bytes);
    case TAG.universal:
      return decodeUtf32(bytes);
    default:
      throw new MalformedDer('a text is of an unknown type');
  }
}

function decodeStrict(encoding: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new MalformedDer('a text does not decode');
  }
}

function decodeUtf32(bytes: Buffer): string {
  if (bytes.length % 4 !== 0) throw new MalformedDer('a text does not decode');
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const point = bytes.readUInt32BE(at);
    if (point > 0x10ffff) throw new MalformedDer('a text does not decode');
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Upper-case hex, as lists of certificates print a serial number. */
export function formatSerial(bytes: Uint8Array): string {
  const hex = toHex(bytes).toUpperCase();
  return hex.length > 2 && hex.startsWith('00') ? hex.slice(2) : hex;
}
