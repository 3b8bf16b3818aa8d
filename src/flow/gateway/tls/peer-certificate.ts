import type { X509Certificate } from 'node:crypto';
import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';

/** What admission looks at in a certificate whose private key the peer has proved to hold. */
export interface CertificateFacts {
  /** Whether one of the platform's authorities signed it; nothing else here means anything otherwise. */
  readonly issued: boolean;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
  /** Object identifiers of the extended key usages; empty where the extension is absent. */
  readonly usages: readonly string[];
  /** The subject alternative names as Node prints them, such as `URI:urn:weir:…`. */
  readonly names: string;
  /** Upper-case hex, as in the certificate. */
  readonly serial: string;
  /** Lower-case hex SHA-256 of the certificate. */
  readonly fingerprint: string;
}

/**
 * Reads the facts of a peer's certificate.
 *
 * The signature is checked here and again for every connection: a resumed TLS session brings the certificate of the
 * first one, and authorities may have gone since.
 *
 * @param issuers the authorities that may issue client certificates, at most a handful
 * @see RFC 5280 section 6.1.3
 */
export function readPeerCertificate(peer: X509Certificate, issuers: readonly X509Certificate[]): CertificateFacts {
  return {
    issued: !peer.ca && issuers.some((issuer) => isIssuedBy(peer, issuer)),
    notBefore: micros(peer.validFromDate.getTime() * 1_000),
    notAfter: micros(peer.validToDate.getTime() * 1_000),
    usages: peer.keyUsage ?? [],
    names: peer.subjectAltName ?? '',
    serial: peer.serialNumber,
    fingerprint: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

function isIssuedBy(peer: X509Certificate, issuer: X509Certificate): boolean {
  // A certificate made to confuse the parser is one that we did not issue.
  try {
    return issuer.ca && peer.checkIssued(issuer) && peer.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
