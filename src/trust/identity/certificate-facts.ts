import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { findPaths } from './certificates/certificate-path.ts';
import type { CertificatePath, PathFault } from './certificates/certificate-path.ts';
import { MAX_CERTIFICATE_BYTES, parseCertificate } from './certificates/parse-certificate.ts';
import type { ParsedCertificate } from './certificates/parse-certificate.ts';
import { parsePemCertificates } from './certificates/pem-certificates.ts';
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
        | 'wrong-chain'
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

/** What client certificates are judged by: PEM. */
export interface CheckerTrust {
  /** The root; a path has to reach it, whoever else is known. */
  readonly roots: readonly string[];
  /** The issuing authorities that count today: a client's certificate is signed by one of them. */
  readonly issuing: readonly string[];
}

interface Learnt {
  readonly facts: CertificateFacts;
  /** Said whatever the time is; null where the paths decide. */
  readonly fault: CertificateOutcome | null;
  readonly paths: readonly CertificatePath[];
  readonly subject: Subject | null;
}

/** Extended key usage of a client. @see RFC 5280 section 4.2.1.12 */
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const MAX_CACHED = 8_192;

/** What a fault of a path is called; nobody vouches for what stands in a certificate that nobody signed. */
const OUTCOMES: Readonly<Record<PathFault, 'wrong-issuer' | 'wrong-chain' | 'wrong-eku'>> = {
  'unknown-issuer': 'wrong-issuer',
  'weak-key': 'wrong-issuer',
  chain: 'wrong-chain',
  usage: 'wrong-eku',
};

/**
 * A checker for certificates that our issuing authorities gave.
 *
 * Path validation of our own on top of TLS, up to the root: signature and name of the issuer first, for nothing that an
 * unsigned certificate says is worth a word in the log; then validity, extended key usage, subject. The costly part is
 * done once per fingerprint, the time is looked at each time.
 *
 * @see RFC 5280 sections 4.2.1.6, 4.2.1.12 and 6.1; RFC 7925 section 4.4
 */
export function makeCertificateChecker(deployment: string, trust: CheckerTrust): CertificateChecker {
  const issuing = trust.issuing.flatMap(parsePemCertificates);
  const roots = trust.roots.flatMap(parsePemCertificates);
  const cache = new Map<string, Learnt | null>();
  const learn = (der: Uint8Array): Learnt | null => {
    const leaf = parseCertificate(der);
    return leaf === null ? null : learnOf(leaf, deployment, issuing, roots);
  };
  return {
    check(der, now) {
      if (der === undefined || der.length === 0) return { outcome: 'no-certificate' };
      if (der.length > MAX_CERTIFICATE_BYTES) return { outcome: 'malformed' };
      const fingerprint = sha256Hex(der);
      let learnt = cache.get(fingerprint);
      if (learnt === undefined) {
        learnt = learn(der);
        if (cache.size >= MAX_CACHED) dropOldest(cache);
        cache.set(fingerprint, learnt);
      }
      return learnt === null ? { outcome: 'malformed' } : judge(learnt, now);
    },
  };
}

function learnOf(
  leaf: ParsedCertificate,
  deployment: string,
  issuing: readonly ParsedCertificate[],
  roots: readonly ParsedCertificate[],
): Learnt {
  const facts: CertificateFacts = {
    serial: leaf.serial,
    fingerprint: leaf.fingerprint,
    notBefore: micros(leaf.notBefore * 1_000_000),
    notAfter: micros(leaf.notAfter * 1_000_000 + 999_999),
  };
  const found = findPaths(leaf, issuing, roots, { usage: CLIENT_AUTH });
  if (!found.found) return { facts, fault: { outcome: OUTCOMES[found.fault] }, paths: [], subject: null };
  // The root signs authorities; whatever else bears its signature is no client's certificate.
  const paths = found.paths.filter(({ certificates: [, by] }) => by !== undefined && issuing.some(isSame(by)));
  const said = leaf.extensions;
  const names = said.alternativeNames ?? [];
  const [name] = names;
  const printed = names.length === 1 && name?.kind === 'uri' ? `URI:${name.value}` : undefined;
  const subject = parseSubjectNames(deployment, printed);
  const isClient = said.basicConstraints?.ca !== true && said.extendedKeyUsage?.includes(CLIENT_AUTH) === true;
  const fault = paths.length === 0 ? 'wrong-issuer' : !isClient ? 'wrong-eku' : subject === null ? 'wrong-name' : null;
  return { facts, fault: fault === null ? null : { outcome: fault }, paths, subject };
}

function judge({ facts, fault, paths, subject }: Learnt, now: Micros): CertificateOutcome {
  const seconds = Math.floor(now / 1_000_000);
  if (paths.length > 0) {
    const running = paths.some(({ notBefore, notAfter }) => seconds >= notBefore && seconds <= notAfter);
    if (!running) return { outcome: paths.some(({ notAfter }) => seconds <= notAfter) ? 'not-yet-valid' : 'expired' };
  }
  if (fault !== null || subject === null) return fault ?? { outcome: 'wrong-name' };
  return { outcome: 'ok', subject, facts };
}

function isSame({ fingerprint }: ParsedCertificate): (other: ParsedCertificate) => boolean {
  return (other) => other.fingerprint === fingerprint;
}

function dropOldest(cache: Map<string, unknown>): void {
  const [oldest] = cache.keys();
  if (oldest !== undefined) cache.delete(oldest);
}
