import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { equalBytes } from '#base/core/index.ts';
import { ALGORITHMS } from '#base/crypto/index.ts';
import { isSameName } from './distinguished-name.ts';
import { strongKey } from './key-strength.ts';
import { namesAllowed } from './name-constraints.ts';
import type { ParsedCertificate } from './parse-certificate.ts';

/** What a path is asked to be good for. */
export interface PathQuestion {
  /** Extended key usage that the leaf must allow where it limits them; authorities that limit them must allow it too. */
  readonly usage: string;
  /** Most authorities between the leaf and the anchor. */
  readonly depth?: number;
}

/** A path that holds, for as long as all its certificates do. Times are epoch seconds, both ends included. */
export interface CertificatePath {
  /** The leaf first, the anchor last. */
  readonly certificates: readonly ParsedCertificate[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Why a path does not hold. `unknown-issuer`: nobody who is trusted signed it, by name or by signature. */
export type PathFault = 'unknown-issuer' | 'weak-key' | 'chain' | 'usage';

export type PathOutcome =
  | { readonly found: true; readonly paths: readonly CertificatePath[] }
  | { readonly found: false; readonly fault: PathFault };

/** Nobody has more levels, and a cycle ends here. */
const DEEPEST = 8;
/** Signatures that are checked for one leaf at most, whatever the certificates say of each other. */
const MOST_SIGNATURES = 64;
const MOST_PATHS = 8;

/**
 * Signature algorithms that a certificate below an anchor may be signed with.
 *
 * @see RFC 5758, RFC 8017, RFC 8410, RFC 9881; SHA-1 and MD5 are left out on purpose
 */
const SOUND_SIGNATURES: ReadonlySet<string> = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.10',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.3.101.112',
  '2.16.840.1.101.3.4.3.17',
  '2.16.840.1.101.3.4.3.18',
  '2.16.840.1.101.3.4.3.19',
]);

/** Digests that an algorithm may name beside itself. */
const SOUND_DIGESTS: ReadonlySet<string | null> = new Set([
  null,
  ALGORITHMS['sha-256'].oid,
  ALGORITHMS['sha-384'].oid,
  ALGORITHMS['sha-512'].oid,
]);

interface Search {
  readonly question: Required<PathQuestion>;
  readonly authorities: readonly ParsedCertificate[];
  readonly anchors: readonly ParsedCertificate[];
  readonly paths: CertificatePath[];
  signatures: number;
  /** The fault of the path that came farthest. */
  fault: PathFault;
}

const FARTHEST: readonly PathFault[] = ['unknown-issuer', 'weak-key', 'chain', 'usage'];

/**
 * Finds the paths from a leaf to a trust anchor that hold but for the time.
 *
 * The time is left to whoever asks, so that an answer can be kept: every path says from when to when it holds. Faults of
 * signature and issuer come before all others, for what nobody signed is not worth a word.
 *
 * @param authorities certificates that may stand between; untrusted
 * @param anchors trusted; read and held to the same rules, as if they had signed themselves
 * @see RFC 5280 section 6.1; policies are not asked for, revocation is the inventory's own answer
 */
export function findPaths(
  leaf: ParsedCertificate,
  authorities: readonly ParsedCertificate[],
  anchors: readonly ParsedCertificate[],
  question: PathQuestion,
): PathOutcome {
  const search: Search = {
    question: { depth: DEEPEST, ...question },
    authorities,
    anchors,
    paths: [],
    signatures: 0,
    fault: 'unknown-issuer',
  };
  climb([leaf], search);
  const { paths, fault } = search;
  return paths.length > 0 ? { found: true, paths } : { found: false, fault };
}

/** Extends a path upwards; whatever reaches an anchor is judged as a whole. */
function climb(path: readonly ParsedCertificate[], search: Search): void {
  const top = path.at(-1)!;
  for (const anchor of search.anchors) {
    if (anchor === top || !mayIssue(anchor, top) || search.paths.length >= MOST_PATHS) continue;
    if (signedBy(top, anchor, search)) judge([...path, anchor], search);
  }
  const between = path.length - 1;
  // Self-issued certificates do not count for depth, but no path grows without end.
  const counted = path.slice(1).filter(({ selfIssued }) => !selfIssued).length;
  if (between >= DEEPEST || counted > search.question.depth) return;
  for (const authority of search.authorities) {
    if (path.includes(authority) || !mayIssue(authority, top) || search.paths.length >= MOST_PATHS) continue;
    if (repeats(authority, path)) continue;
    if (signedBy(top, authority, search)) climb([...path, authority], search);
  }
}

/** The same name and key once more leads nowhere that the first did not. */
function repeats(authority: ParsedCertificate, path: readonly ParsedCertificate[]): boolean {
  return path
    .slice(1)
    .some((one) => isSameName(one.subject, authority.subject) && equalBytes(one.publicKey, authority.publicKey));
}

/** By name, and by key identifier where both have one. @see RFC 5280 sections 4.2.1.1 and 6.1.3 (a)(4) */
function mayIssue(issuer: ParsedCertificate, subject: ParsedCertificate): boolean {
  if (!isSameName(issuer.subject, subject.issuer)) return false;
  const wanted = subject.extensions.authorityKey?.keyId ?? null;
  const own = issuer.extensions.subjectKey;
  return wanted === null || own === null || equalBytes(wanted, own);
}

function signedBy(subject: ParsedCertificate, issuer: ParsedCertificate, search: Search): boolean {
  if (search.signatures >= MOST_SIGNATURES) return false;
  const strong = strongKey(issuer.publicKey, 'authority');
  const isSound = SOUND_SIGNATURES.has(subject.signatureAlgorithm) && SOUND_DIGESTS.has(subject.signatureDigest);
  if (strong === null || !isSound) {
    note(search, 'weak-key');
    return false;
  }
  search.signatures += 1;
  return verifies(subject.der, strong.key);
}

function verifies(der: Uint8Array, key: KeyObject): boolean {
  try {
    return new X509Certificate(der).verify(key);
  } catch {
    return false;
  }
}

/** Everything of a whole path but its time. */
function judge(certificates: readonly ParsedCertificate[], search: Search): void {
  const fault = faultOf(certificates, search.question);
  if (fault !== null) return note(search, fault);
  search.paths.push({
    certificates,
    notBefore: Math.max(...certificates.map(({ notBefore }) => notBefore)),
    notAfter: Math.min(...certificates.map(({ notAfter }) => notAfter)),
  });
}

function faultOf(
  certificates: readonly ParsedCertificate[],
  { usage, depth }: Required<PathQuestion>,
): PathFault | null {
  const [leaf, ...above] = certificates;
  if (certificates.some(({ extensions }) => extensions.unknownCritical.length > 0)) return 'chain';
  if (!above.every(isAuthority)) return 'chain';
  // The identifier of the issuer's key is asked of all that did not sign themselves.
  if (certificates.slice(0, -1).some(({ extensions }) => (extensions.authorityKey?.keyId ?? null) === null))
    return 'chain';
  if (!lengthsHold(above, depth)) return 'chain';
  if (!constraintsHold(certificates)) return 'chain';
  if (strongKey(leaf!.publicKey, 'authority') === null) return 'weak-key';
  return certificates.every(({ extensions }) => extensions.extendedKeyUsage?.includes(usage) ?? true) ? null : 'usage';
}

/** That it may sign was settled when it was read. @see RFC 5280 section 6.1.4 (k), (n) */
function isAuthority({ extensions }: ParsedCertificate): boolean {
  return extensions.basicConstraints?.ca === true;
}

/** Authorities that did not issue themselves below one that limits them. @see RFC 5280 section 6.1.4 (l), (m) */
function lengthsHold(above: readonly ParsedCertificate[], depth: number): boolean {
  const between = above.slice(0, -1);
  if (between.filter(({ selfIssued }) => !selfIssued).length > depth) return false;
  return above.every(({ extensions }, i) => {
    const limit = extensions.basicConstraints?.pathLength ?? null;
    return limit === null || above.slice(0, i).filter(({ selfIssued }) => !selfIssued).length <= limit;
  });
}

/** An authority in the middle that issued itself is passed over; the leaf never is. @see RFC 5280 section 6.1.3 (b), (c) */
function constraintsHold(certificates: readonly ParsedCertificate[]): boolean {
  return certificates.every((authority, i) => {
    const constraints = authority.extensions.nameConstraints;
    if (constraints === null) return true;
    const below = certificates.slice(0, i);
    return below.every((one, j) => (j > 0 && one.selfIssued) || namesAllowed(one, constraints));
  });
}

function note(search: Search, fault: PathFault): void {
  if (FARTHEST.indexOf(fault) > FARTHEST.indexOf(search.fault)) search.fault = fault;
}
