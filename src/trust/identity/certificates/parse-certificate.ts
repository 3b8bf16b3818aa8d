import { sha256Hex } from '#base/crypto/index.ts';
import { KEY_USAGE, NO_EXTENSIONS, readExtensions } from './certificate-extensions.ts';
import type { CertificateExtensions } from './certificate-extensions.ts';
import { MalformedDer, childrenOf, readDer, sequenceOf } from './der.ts';
import type { DerNode } from './der.ts';
import { formatSerial, readBitOctets, readIntegerBytes, readOid, readSmallInteger, readTime } from './der-values.ts';
import { isSameName, readName } from './distinguished-name.ts';
import type { DistinguishedName } from './distinguished-name.ts';
import { PSS, pssDigest } from './pss-digest.ts';

/** A certificate, read strictly and not yet believed. Times are epoch seconds, both ends included. */
export interface ParsedCertificate {
  readonly der: Uint8Array;
  /** Hex SHA-256 over the DER. */
  readonly fingerprint: string;
  /** Upper-case hex. */
  readonly serial: string;
  /** Object identifier of the algorithm that it is signed with. */
  readonly signatureAlgorithm: string;
  /** Object identifier of the digest where the algorithm names it beside itself; null where it says it by itself. */
  readonly signatureDigest: string | null;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions: CertificateExtensions;
  /** Issuer and subject are the same name. */
  readonly selfIssued: boolean;
}

/** Larger than any certificate of ours (ML-DSA-87 included) by far. */
export const MAX_CERTIFICATE_BYTES = 65_536;
const LONGEST_SERIAL = 20;

/**
 * Reads a certificate of version 3, or 1 as old roots have it.
 *
 * @param der untrusted
 * @returns null for whatever RFC 5280 does not allow a certificate to be
 * @see RFC 5280 section 4.1
 */
export function parseCertificate(der: Uint8Array): ParsedCertificate | null {
  if (der.length > MAX_CERTIFICATE_BYTES) return null;
  try {
    return read(der);
  } catch (error) {
    if (error instanceof MalformedDer) return null;
    throw error;
  }
}

function read(der: Uint8Array): ParsedCertificate {
  const [tbs, algorithm, signature, ...more] = sequenceOf(readDer(der));
  if (more.length > 0) throw new MalformedDer('a certificate has more than three parts');
  readBitOctets(signature);
  const parts = [...sequenceOf(tbs)];
  const version = parts[0]?.tag === 0xa0 ? readVersion(parts.shift()!) : 1;
  const [serialNode, inner, issuerNode, validity, subjectNode, publicKey, ...rest] = parts;
  if (inner === undefined || algorithm === undefined || !Buffer.from(inner.raw).equals(algorithm.raw)) {
    throw new MalformedDer('the two signature algorithms differ');
  }
  const serial = readIntegerBytes(serialNode);
  if (serial[0]! >= 0x80 || serial.length > LONGEST_SERIAL) throw new MalformedDer('the serial number is malformed');
  const [notBefore, notAfter, ...dates] = sequenceOf(validity).map(readTime);
  if (notBefore === undefined || notAfter === undefined || dates.length > 0)
    throw new MalformedDer('validity is malformed');
  sequenceOf(publicKey);
  const [issuer, subject] = [readName(issuerNode), readName(subjectNode)];
  const extensions = readLast(rest, version);
  requireSound(issuer, subject, extensions);
  const selfIssued = isSameName(issuer, subject);
  const [algorithmId, parameters] = sequenceOf(inner);
  const scheme = readOid(algorithmId);
  // Some roots that the world trusts have the number 0; nobody else may.
  if (!selfIssued && serial.every((byte) => byte === 0)) throw new MalformedDer('the serial number is zero');
  return {
    der,
    fingerprint: sha256Hex(der),
    serial: formatSerial(serial),
    signatureAlgorithm: scheme,
    signatureDigest: scheme === PSS ? pssDigest(parameters) : null,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey: publicKey!.raw,
    extensions,
    selfIssued,
  };
}

function readVersion(node: DerNode): number {
  const [number, ...more] = childrenOf(node);
  const version = readSmallInteger(number) + 1;
  if (more.length > 0 || (version !== 2 && version !== 3)) throw new MalformedDer('the version is unknown');
  return version;
}

/** Unique identifiers are passed over; extensions come last and with version 3 only. */
function readLast(rest: readonly DerNode[], version: number): CertificateExtensions {
  const tags = rest.map(({ tag }) => tag);
  const wanted = [0x81, 0x82, 0xa3].filter((tag) => tags.includes(tag));
  if (tags.join() !== wanted.join()) throw new MalformedDer('a certificate has parts that it must not');
  const last = rest.find(({ tag }) => tag === 0xa3);
  if (last === undefined) return NO_EXTENSIONS;
  const [list, ...more] = childrenOf(last);
  if (version !== 3 || more.length > 0) throw new MalformedDer('extensions are malformed');
  return readExtensions(list);
}

/** What has to agree inside one certificate. @see RFC 5280 sections 4.1.2.4, 4.1.2.6, 4.2.1.3, 4.2.1.9 and 4.2.1.10 */
function requireSound(issuer: DistinguishedName, subject: DistinguishedName, extensions: CertificateExtensions): void {
  if (issuer.parts.length === 0) throw new MalformedDer('the issuer has no name');
  const { basicConstraints, keyUsage, nameConstraints, alternativeNames } = extensions;
  const ca = basicConstraints?.ca === true;
  const signs = keyUsage === null || (keyUsage & KEY_USAGE.keyCertSign) !== 0;
  if (ca && subject.parts.length === 0) throw new MalformedDer('an authority has no name');
  if (ca && !signs) throw new MalformedDer('an authority may not sign');
  if (!ca && keyUsage !== null && signs) throw new MalformedDer('what is no authority may sign');
  if (!ca && nameConstraints !== null) throw new MalformedDer('what is no authority constrains names');
  if (subject.parts.length === 0 && alternativeNames === null) throw new MalformedDer('a certificate names nobody');
}
