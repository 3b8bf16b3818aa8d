import { X509Certificate, createHash, verify } from 'node:crypto';
import { concatBytes, micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import {
  context,
  encodeBits,
  encodeDer,
  encodeExtension,
  encodeInteger,
  encodeNumber,
  encodeOid,
  encodeTime,
  headOf,
  integerHex,
  malformed,
  readAll,
  readDer,
  readOnly,
  TAG,
} from './der.ts';
import { reasonName } from './revocation-reason.ts';
import type { RevocationReason } from './revocation-reason.ts';

/** A certificate in a list. */
export interface CrlEntry {
  /** Upper-case hex. */
  readonly serial: string;
  readonly revoked: Micros;
  /** Number of the reason. */
  readonly reason: number;
}

/** What a list says beside its entries. */
export interface CrlHead {
  /** PEM of the authority whose certificates it lists and which signs it. */
  readonly issuer: string;
  readonly number: number;
  readonly thisUpdate: Micros;
  readonly nextUpdate: Micros;
  /** Number of the whole list that a delta is against; null for a whole list. */
  readonly base: number | null;
}

/** ecdsa-with-SHA256, as the algorithm of a signature. @see RFC 5758 section 3.2 */
export const ECDSA_SHA256 = encodeDer(TAG.sequence, encodeOid('1.2.840.10045.4.3.2'));

const CRL_NUMBER = '2.5.29.20';
const REASON_CODE = '2.5.29.21';
const DELTA_INDICATOR = '2.5.29.27';
const AUTHORITY_KEY = '2.5.29.35';

/** The bytes of an entry of a list. @see RFC 5280 section 5.3 */
export function encodeEntries(entries: readonly CrlEntry[]): Uint8Array {
  return concatBytes(
    entries.map(({ serial, revoked, reason }) => {
      const parts = [encodeInteger(Uint8Array.fromHex(serial)), encodeTime(revoked)];
      // `unspecified` is said by saying nothing.
      if (reason !== 0) {
        const code = encodeExtension(REASON_CODE, encodeDer(TAG.enumerated, Uint8Array.of(reason)));
        parts.push(encodeDer(TAG.sequence, code));
      }
      return encodeDer(TAG.sequence, ...parts);
    }),
  );
}

/**
 * A signed list, whole or delta, of version 2.
 *
 * @param entries what `encodeEntries` made, in parts
 * @param sign signs with the issuer's key: ECDSA with SHA-256, in DER
 * @see RFC 5280 section 5
 */
export async function encodeCrl(
  head: CrlHead,
  entries: readonly Uint8Array[],
  sign: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const length = entries.reduce((sum, part) => sum + part.length, 0);
  const { subject, keyId } = issuerNames(head.issuer);
  const extensions = [
    encodeExtension(AUTHORITY_KEY, encodeDer(TAG.sequence, encodeDer(0x80, keyId))),
    encodeExtension(CRL_NUMBER, encodeNumber(head.number)),
    ...(head.base === null ? [] : [encodeExtension(DELTA_INDICATOR, encodeNumber(head.base), true)]),
  ];
  const list = encodeDer(
    TAG.sequence,
    encodeNumber(1),
    ECDSA_SHA256,
    subject,
    encodeTime(head.thisUpdate),
    encodeTime(head.nextUpdate),
    // A list without entries has no list of them.
    ...(length === 0 ? [] : [headOf(TAG.sequence, length), ...entries]),
    encodeDer(context(0), encodeDer(TAG.sequence, ...extensions)),
  );
  return encodeDer(TAG.sequence, list, ECDSA_SHA256, encodeBits(await sign(list)));
}

/** What is needed of an issuer's certificate: its subject in DER and the SHA-1 of its key. @see RFC 5280 section 4.2.1.2 */
export function issuerNames(pem: string): { subject: Uint8Array; keyId: Uint8Array; keyBits: Uint8Array } {
  const certificate = readOnly(new Uint8Array(new X509Certificate(pem).raw), TAG.sequence);
  const fields = readAll(readDer(certificate).value, 16);
  // Version, serial number, algorithm, issuer, validity, subject, key.
  const subject = fields[5]?.whole;
  const bits = readAll(fields[6]?.value ?? new Uint8Array(), 4)[1]?.value;
  if (subject === undefined || bits === undefined) throw malformed();
  const keyBits = bits.subarray(1);
  // The identifier is no protection: it only says which key to try. The key itself is verified by its signature.
  return { subject, keyBits, keyId: new Uint8Array(createHash('sha1').update(keyBits).digest()) };
}

/** A list that was read and whose signature holds. */
export interface ReadCrl {
  readonly number: number | null;
  readonly isDelta: boolean;
  readonly thisUpdate: Micros;
  readonly entries: readonly { readonly serial: string; readonly reason: RevocationReason }[];
}

const ECDSA_ALONE = Buffer.from(ECDSA_SHA256);
const MOST_ENTRIES = 2_000_000;

/**
 * Reads a list that an authority signed.
 *
 * @param der untrusted
 * @param issuers PEM of the authorities that it may be of
 * @returns also the place in `issuers` of the one that signed; null where none did
 * @throws {IdentityError} IDENTITY_DER_INVALID if it is no list
 */
export function readCrl(der: Uint8Array, issuers: readonly string[]): (ReadCrl & { readonly issuer: number }) | null {
  const [list, algorithm, signature] = readAll(readOnly(der, TAG.sequence), 3);
  if (list === undefined || signature === undefined || signature.tag !== TAG.bitString) throw malformed();
  // What the signature does not cover has one form.
  if (signature.value[0] !== 0 || !ECDSA_ALONE.equals(algorithm?.whole ?? new Uint8Array())) throw malformed();
  // Verify, then interpret.
  const issuer = issuers.findIndex((pem) => isSignedBy(list.whole, signature.value.subarray(1), pem));
  if (issuer === -1) return null;
  const fields = readAll(list.value, 8);
  const thisUpdate = fields.find(({ tag }) => tag === TAG.utcTime || tag === TAG.generalizedTime);
  if (thisUpdate === undefined) throw malformed();
  // Version, algorithm and issuer come before the times: the sequence after them is the list.
  const after = fields.slice(fields.indexOf(thisUpdate) + 1);
  const entries = after.find(({ tag }) => tag === TAG.sequence);
  const extensions = after.find(({ tag }) => tag === context(0));
  const known = extensions === undefined ? [] : readAll(readOnly(extensions.value, TAG.sequence), 16);
  const value = (oid: string): Uint8Array | null => extensionValue(known, oid);
  const number = value(CRL_NUMBER);
  return {
    issuer,
    number: number === null ? null : Number.parseInt(integerHex(readOnly(number, TAG.integer)), 16),
    isDelta: value(DELTA_INDICATOR) !== null,
    thisUpdate: readTime(thisUpdate.tag, thisUpdate.value),
    entries: readAll(entries?.value ?? new Uint8Array(), MOST_ENTRIES).map(readEntry),
  };
}

function isSignedBy(data: Uint8Array, signature: Uint8Array, pem: string): boolean {
  try {
    return verify('sha256', data, new X509Certificate(pem).publicKey, signature);
  } catch {
    return false;
  }
}

function readEntry({ value }: { value: Uint8Array }): { serial: string; reason: RevocationReason } {
  const [serial, , extensions] = readAll(value, 4);
  if (serial?.tag !== TAG.integer) throw malformed();
  const reason = extensions === undefined ? null : extensionValue(readAll(extensions.value, 16), REASON_CODE);
  const code = reason === null ? 0 : (readOnly(reason, TAG.enumerated)[0] ?? 0);
  return { serial: integerHex(serial.value), reason: reasonName(code) };
}

function extensionValue(extensions: readonly { readonly value: Uint8Array }[], oid: string): Uint8Array | null {
  const wanted = Buffer.from(encodeOid(oid));
  for (const { value } of extensions) {
    const parts = readAll(value, 3);
    if (parts[0] !== undefined && wanted.equals(parts[0].whole))
      return readOnly(parts.at(-1)?.whole ?? value, TAG.octetString);
  }
  return null;
}

function readTime(tag: number, value: Uint8Array): Micros {
  const text = Buffer.from(value).toString('ascii');
  const whole = tag === TAG.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(whole)?.map(Number) ?? [];
  const at = Date.UTC(year ?? Number.NaN, (month ?? 1) - 1, day, hour, minute, second);
  if (Number.isNaN(at)) throw malformed();
  return micros(at * 1_000);
}
