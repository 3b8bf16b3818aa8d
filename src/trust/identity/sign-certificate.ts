import { X509Certificate, createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { fromHex, micros, toHex } from '#base/core/index.ts';
import type { Micros, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import { alternativeNames, commonNameOf } from './certificate-profile.ts';
import type { CertificateProfile } from './certificate-profile.ts';
import { generateSigningPair, schemeOfKey, webCryptoName } from './certificates/signature-scheme.ts';

/** A certificate and what the platform remembers of it. */
export interface SignedCertificate {
  readonly pem: string;
  /** Upper-case hex. */
  readonly serial: string;
  /** Hex SHA-256 over the DER. */
  readonly fingerprint: string;
  /** Hex SHA-256 over the SubjectPublicKeyInfo. */
  readonly key: string;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
}

/** A key pair as PEM-ready DER. */
export interface KeyPair {
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** PKCS #8. */
  readonly privateKey: Uint8Array;
}

/** Who signs: null for an authority that signs itself. */
export interface Signer {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: Uint8Array;
}

export interface SignRequest {
  readonly profile: CertificateProfile;
  readonly publicKey: Uint8Array;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
  /** Addresses at which anybody can ask whether it was revoked. */
  readonly pointers?: { readonly crl: string; readonly delta?: string; readonly ocsp?: string };
}

const SERIAL_LENGTH = 16;
const KEY_USAGE = '2.5.29.15';
const FRESHEST_CRL = '2.5.29.46';
/**
 * Bit strings in DER: keyCertSign and cRLSign of authorities; digitalSignature of those that answer for their
 * certificates by OCSP, and of all others. @see RFC 5280 section 4.2.1.3
 */
const ROOT_USAGE = Uint8Array.of(0x03, 0x02, 0x01, 0x06);
const ISSUING_USAGE = Uint8Array.of(0x03, 0x02, 0x01, 0x86);
const LEAF_USAGE = Uint8Array.of(0x03, 0x02, 0x07, 0x80);

/** A new key pair: P-256 where nothing else is asked for, which every client can use. */
export function makeKeyPair(algorithm: CertificateAlgorithm = 'ecdsa-p256'): KeyPair {
  const { publicKey, privateKey } = generateSigningPair(algorithm);
  return {
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    privateKey: new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })),
  };
}

/** The PEM text of a PKCS #8 private key. @see RFC 7468 section 10 */
export function formatPrivateKey(privateKey: Uint8Array): string {
  const lines =
    Buffer.from(privateKey)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/**
 * Makes a certificate with a random serial number of 16 bytes, signed by the scheme of the issuer's key.
 *
 * @param signer null where the subject signs itself with `selfKey`
 * @see RFC 5280 section 4; RFC 7925 section 4.4
 */
export async function signCertificate(
  request: SignRequest,
  signer: Signer | { readonly selfKey: Uint8Array },
  random: Random,
): Promise<SignedCertificate> {
  const x509 = await loadX509();
  const { profile, publicKey } = request;
  const issuerKey = 'selfKey' in signer ? signer.selfKey : signer.privateKey;
  const signingAlgorithm = webCryptoName(schemeOfPrivate(issuerKey));
  const signingKey = await webcrypto.subtle.importKey('pkcs8', Buffer.from(issuerKey), signingAlgorithm, false, [
    'sign',
  ]);
  const subject = [{ CN: [commonNameOf(profile)] }];
  const issuer = 'selfKey' in signer ? null : new x509.X509Certificate(signer.certificate);
  const names = alternativeNames(profile);
  const isAuthority = profile.kind === 'root' || profile.kind === 'issuing';
  const subjectKey = Buffer.from(publicKey);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: toHex(makeSerial(random)),
    subject,
    issuer: issuer === null ? subject : issuer.subjectName.toJSON(),
    notBefore: dateOf(request.notBefore),
    notAfter: dateOf(request.notAfter),
    publicKey: subjectKey,
    signingKey,
    signingAlgorithm,
    extensions: [
      isAuthority
        ? new x509.BasicConstraintsExtension(true, profile.kind === 'root' ? 1 : 0, true)
        : new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.Extension(KEY_USAGE, true, usageOf(profile.kind)),
      await x509.SubjectKeyIdentifierExtension.create(subjectKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer === null ? subjectKey : issuer.publicKey),
      ...(profile.kind === 'client' ? [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])] : []),
      ...(profile.kind === 'server' || profile.kind === 'misfit'
        ? [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])]
        : []),
      ...(request.pointers === undefined ? [] : statusExtensions(x509, request.pointers)),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...names])]),
    ],
  });
  return describe(`${certificate.toString('pem').trim()}\n`);
}

function schemeOfPrivate(pkcs8: Uint8Array): CertificateAlgorithm {
  return schemeOfKey(createPublicKey(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })));
}

function usageOf(kind: CertificateProfile['kind']): Uint8Array {
  if (kind === 'root') return ROOT_USAGE;
  return kind === 'issuing' ? ISSUING_USAGE : LEAF_USAGE;
}

/** @see RFC 5280 sections 4.2.1.13, 4.2.1.15 and 4.2.2.1 */
function statusExtensions(
  x509: Awaited<ReturnType<typeof loadX509>>,
  { crl, delta, ocsp }: NonNullable<SignRequest['pointers']>,
) {
  return [
    new x509.CRLDistributionPointsExtension([crl]),
    // The freshest list is named in the same form as the whole one.
    ...(delta === undefined
      ? []
      : [new x509.Extension(FRESHEST_CRL, false, new x509.CRLDistributionPointsExtension([delta]).value)]),
    ...(ocsp === undefined ? [] : [new x509.AuthorityInfoAccessExtension({ ocsp })]),
  ];
}

/** What the platform remembers of a certificate. */
export function describe(pem: string): SignedCertificate {
  const parsed = new X509Certificate(pem);
  return {
    pem,
    serial: parsed.serialNumber,
    fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    key: sha256Hex(parsed.publicKey.export({ type: 'spki', format: 'der' })),
    notBefore: micros(parsed.validFromDate.getTime() * 1_000),
    notAfter: micros(parsed.validToDate.getTime() * 1_000),
  };
}

/** Positive, of full length and with 126 random bits, so that it neither repeats nor can be foretold. */
function makeSerial(random: Random): Uint8Array {
  const serial = fromHex(toHex(random.bytes(SERIAL_LENGTH)));
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** Certificates know whole seconds. */
function dateOf(time: Micros): Date {
  return new Date(Math.floor(time / 1_000_000) * 1_000);
}

/**
 * Loaded when the first certificate is made and not with the room: only control makes certificates, and every gateway
 * worker would pay for it in memory. The library needs the reflection polyfill to be there before it.
 */
async function loadX509() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
