import { X509Certificate } from 'node:crypto';
import { concatBytes, equalBytes, micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { digestBytes } from '#base/crypto/index.ts';
import { MalformedDer, TAG, childrenOf, context, expectTag, readDer, sequenceOf } from '../certificates/der.ts';
import type { DerNode } from '../certificates/der.ts';
import { formatSerial, readBitOctets, readIntegerBytes, readOid, readTime } from '../certificates/der-values.ts';
import {
  encodeBits,
  encodeDer,
  encodeExtension,
  encodeHead,
  encodeInteger,
  encodeNumber,
  encodeOid,
  encodeTime,
} from '../certificates/der-writer.ts';
import { SIGNATURE_FORMS, isSignedWith } from '../certificates/signature-forms.ts';
import { schemeIdentifier, schemeOf } from '../certificates/signature-scheme.ts';
import { reading } from './read-der.ts';
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
 * @param sign signs with the issuer's key, by the scheme of that key
 * @see RFC 5280 section 5
 */
export async function encodeCrl(
  head: CrlHead,
  entries: readonly Uint8Array[],
  sign: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const length = entries.reduce((sum, part) => sum + part.length, 0);
  const { subject, keyId } = issuerNames(head.issuer);
  const identifier = schemeIdentifier(schemeOf(head.issuer));
  const extensions = [
    encodeExtension(AUTHORITY_KEY, encodeDer(TAG.sequence, encodeDer(0x80, keyId))),
    encodeExtension(CRL_NUMBER, encodeNumber(head.number)),
    ...(head.base === null ? [] : [encodeExtension(DELTA_INDICATOR, encodeNumber(head.base), true)]),
  ];
  const list = encodeDer(
    TAG.sequence,
    encodeNumber(1),
    identifier,
    subject,
    encodeTime(head.thisUpdate),
    encodeTime(head.nextUpdate),
    // A list without entries has no list of them.
    ...(length === 0 ? [] : [encodeHead(TAG.sequence, length), ...entries]),
    encodeDer(context(0), encodeDer(TAG.sequence, ...extensions)),
  );
  return encodeDer(TAG.sequence, list, identifier, encodeBits(await sign(list)));
}

/** What is needed of an issuer's certificate: its subject in DER and the SHA-1 of its key. @see RFC 5280 section 4.2.1.2 */
export function issuerNames(pem: string): { subject: Uint8Array; keyId: Uint8Array; keyBits: Uint8Array } {
  const [certificate] = sequenceOf(readDer(new Uint8Array(new X509Certificate(pem).raw)));
  // Version, serial number, algorithm, issuer, validity, subject, key.
  const fields = sequenceOf(certificate);
  const subject = expectTag(fields[5], TAG.sequence).raw;
  const keyBits = readBitOctets(sequenceOf(fields[6])[1]);
  // The identifier is no protection: it only says which key to try. The key itself is verified by its signature.
  return { subject, keyBits, keyId: digestBytes('sha-1', keyBits) };
}

/** A list that was read and whose signature holds. */
export interface ReadCrl {
  readonly number: number | null;
  readonly isDelta: boolean;
  readonly thisUpdate: Micros;
  /** Null in a list that does not say when the next one comes. */
  readonly nextUpdate: Micros | null;
  readonly entries: readonly { readonly serial: string; readonly reason: RevocationReason }[];
}

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
  return reading(() => {
    const [list, algorithm, bits, ...more] = sequenceOf(readDer(der));
    const form = SIGNATURE_FORMS.get(readOid(sequenceOf(algorithm)[0]));
    if (list === undefined || form === undefined || more.length > 0) {
      throw new MalformedDer('a list is not signed as it may be');
    }
    const signature = readBitOctets(bits);
    // Verify, then interpret.
    const issuer = issuers.findIndex((pem) =>
      isSignedWith(form, list.raw, new X509Certificate(pem).publicKey, signature),
    );
    if (issuer === -1) return null;
    // What the signature does not cover has the form that it does cover. Version 2 stands before it.
    const inner = sequenceOf(list).find(({ tag }) => tag === TAG.sequence);
    if (!equalBytes(inner?.raw ?? new Uint8Array(), algorithm?.raw ?? new Uint8Array())) {
      throw new MalformedDer('a list names two signature algorithms');
    }
    return { issuer, ...readList(list) };
  });
}

function readList(list: DerNode): ReadCrl {
  const fields = sequenceOf(list);
  const [thisUpdate, nextUpdate] = fields.filter(({ tag }) => tag === TAG.utcTime || tag === TAG.generalizedTime);
  // Version, algorithm and issuer come before the times: the sequence after them is the list.
  const after = fields.slice(thisUpdate === undefined ? fields.length : fields.indexOf(thisUpdate) + 1);
  const entries = after.find(({ tag }) => tag === TAG.sequence);
  const extensions = after.find(({ tag }) => tag === context(0));
  const known = extensions === undefined ? [] : sequenceOf(childrenOf(extensions)[0]);
  const number = extensionValue(known, CRL_NUMBER);
  return {
    number: number === null ? null : Number.parseInt(formatSerial(readIntegerBytes(number)), 16),
    isDelta: extensionValue(known, DELTA_INDICATOR) !== null,
    thisUpdate: micros(readTime(thisUpdate) * 1_000_000),
    nextUpdate: nextUpdate === undefined ? null : micros(readTime(nextUpdate) * 1_000_000),
    entries: entries === undefined ? [] : childrenOf(entries, MOST_ENTRIES).map(readEntry),
  };
}

function readEntry(entry: DerNode): { serial: string; reason: RevocationReason } {
  const [serial, , extensions] = sequenceOf(entry);
  const reason = extensions === undefined ? null : extensionValue(sequenceOf(extensions), REASON_CODE);
  const code = reason === null ? 0 : (expectTag(reason, TAG.enumerated).content[0] ?? 0);
  return { serial: formatSerial(readIntegerBytes(serial)), reason: reasonName(code) };
}

function extensionValue(extensions: readonly DerNode[], oid: string): DerNode | null {
  const wanted = Buffer.from(encodeOid(oid));
  for (const extension of extensions) {
    const parts = sequenceOf(extension);
    if (wanted.equals(parts[0]?.raw ?? new Uint8Array()))
      return readDer(expectTag(parts.at(-1), TAG.octetString).content);
  }
  return null;
}
