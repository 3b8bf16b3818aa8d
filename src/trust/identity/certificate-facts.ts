import { X509Certificate } from 'node:crypto';
import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { parseSubjectNames } from './subject-uri.ts';
import type { Subject } from './subject-uri.ts';

/** What a client certificate is worth at a moment. Whether its subject is known and enabled is for the inventory to say. */
export type CertificateOutcome =
  | { readonly outcome: 'ok'; readonly subject: Subject; readonly facts: CertificateFacts }
  | {
      readonly outcome:
        | 'no-certificate'
        | 'malformed'
        | 'wrong-issuer'
        | 'expired'
        | 'not-yet-valid'
        | 'wrong-eku'
        | 'wrong-name';
    };

/** What does not change about a certificate. */
export interface CertificateFacts {
  /** Upper-case hex, as Node prints it. */
  readonly serial: string;
  /** Hex SHA-256 over the DER. */
  readonly fingerprint: string;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
}

/** Decides on client certificates; holds no more than what was learnt of the last few thousand. */
export interface CertificateChecker {
  /** @param der the leaf as the peer showed it; untrusted. Undefined or empty where it showed none */
  check(der: Uint8Array | undefined, now: Micros): CertificateOutcome;
}

interface Learnt {
  readonly facts: CertificateFacts;
  /** What will be said while it is valid in time. */
  readonly otherwise: CertificateOutcome;
  readonly issued: boolean;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** Larger than any certificate of ours (ML-DSA-87 included) by far. */
const MAX_DER = 65_536;
const MAX_CACHED = 8_192;

/**
 * A checker for certificates that our issuing authorities gave.
 *
 * Path validation of our own on top of TLS: signature and name of the issuer first, for nothing that an unsigned
 * certificate says is worth a word in the log; then validity, extended key usage, subject. The costly part is done
 * once per fingerprint, the time is looked at each time.
 *
 * @param issuing certificates (PEM) of the issuing authorities that count today
 * @see RFC 5280 sections 4.2.1.6, 4.2.1.12 and 6.1
 */
export function makeCertificateChecker(deployment: string, issuing: readonly string[]): CertificateChecker {
  const issuers = issuing.map((pem) => new X509Certificate(pem));
  const cache = new Map<string, Learnt | null>();
  return {
    check(der, now) {
      if (der === undefined || der.length === 0) return { outcome: 'no-certificate' };
      if (der.length > MAX_DER) return { outcome: 'malformed' };
      const fingerprint = sha256Hex(der);
      let learnt = cache.get(fingerprint);
      if (learnt === undefined) {
        learnt = learn(der, fingerprint, deployment, issuers);
        if (cache.size >= MAX_CACHED) dropOldest(cache);
        cache.set(fingerprint, learnt);
      }
      if (learnt === null) return { outcome: 'malformed' };
      if (!learnt.issued) return { outcome: 'wrong-issuer' };
      if (now > learnt.facts.notAfter) return { outcome: 'expired' };
      if (now < learnt.facts.notBefore) return { outcome: 'not-yet-valid' };
      return learnt.otherwise;
    },
  };
}

function learn(
  der: Uint8Array,
  fingerprint: string,
  deployment: string,
  issuers: readonly X509Certificate[],
): Learnt | null {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return null;
  }
  const { serialNumber: serial, validFromDate, validToDate, keyUsage, subjectAltName, ca } = certificate;
  const [notBefore, notAfter] = [validFromDate.getTime(), validToDate.getTime()];
  // Dates beyond what Date can hold compare with nothing.
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return null;
  const facts = {
    serial,
    fingerprint,
    notBefore: micros(notBefore * 1_000),
    notAfter: micros(notAfter * 1_000 + 999_999),
  };
  const issued = issuers.some((issuer) => isIssuedBy(certificate, issuer));
  const subject = parseSubjectNames(deployment, subjectAltName);
  if (ca || !keyUsage?.includes(CLIENT_AUTH)) return { facts, issued, otherwise: { outcome: 'wrong-eku' } };
  if (subject === null) return { facts, issued, otherwise: { outcome: 'wrong-name' } };
  return { facts, issued, otherwise: { outcome: 'ok', subject, facts } };
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function dropOldest(cache: Map<string, unknown>): void {
  const [oldest] = cache.keys();
  if (oldest !== undefined) cache.delete(oldest);
}
