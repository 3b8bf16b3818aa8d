import { parseCertificate } from './parse-certificate.ts';
import type { ParsedCertificate } from './parse-certificate.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----\s*([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----/g;
const MOST = 64;

/**
 * The certificates of a PEM text in their order; text around them is passed over, and what is not a certificate of RFC
 * 5280 is left out.
 *
 * @see RFC 7468 section 5
 */
export function parsePemCertificates(pem: string): readonly ParsedCertificate[] {
  return pemBlocks(pem)
    .map((der) => parseCertificate(der))
    .filter((certificate) => certificate !== null);
}

/** The DER of each certificate of a PEM text, read or not. */
export function pemBlocks(pem: string): readonly Uint8Array[] {
  return [...pem.matchAll(BLOCK)]
    .slice(0, MOST)
    .map(([, base64]) => new Uint8Array(Buffer.from(base64 ?? '', 'base64')));
}

/** The PEM text of a certificate, or of another kind of block. @see RFC 7468 */
export function formatPem(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
