import { X509Certificate, createPublicKey } from 'node:crypto';
import type { Micros } from '#base/core/index.ts';
import { IdentityError } from '../errors.ts';
import { KEY_USAGE } from './certificate-extensions.ts';
import { findPaths } from './certificate-path.ts';
import type { ParsedCertificate } from './parse-certificate.ts';
import { parsePemCertificates } from './pem-certificates.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** An issuing certificate that can be used, and roots that come with it and are not known yet. */
export interface UsableIssuing {
  readonly issuing: ParsedCertificate;
  readonly newRoots: readonly ParsedCertificate[];
}

/**
 * Checks a certificate that was made elsewhere for a key of ours: it certifies that key, may sign certificates and lists,
 * holds today, and a root that is known, or that comes with it, signed it.
 *
 * @param pem untrusted
 * @param publicKey SubjectPublicKeyInfo that was asked for
 * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID
 * @see RFC 5280 sections 4.2.1.3, 4.2.1.9 and 6.1
 */
export function requireIssuing(
  pem: string,
  publicKey: Uint8Array,
  known: readonly ParsedCertificate[],
  now: Micros,
): UsableIssuing {
  const given = parsePemCertificates(pem);
  const issuing = given.find((one) => Buffer.from(one.publicKey).equals(publicKey));
  if (issuing === undefined) throw refused('no certificate of it is for the key that was requested last');
  const { basicConstraints, keyUsage, authorityKey } = issuing.extensions;
  if (basicConstraints?.ca !== true) throw refused('it is no authority: basicConstraints lacks CA:TRUE');
  const wanted = KEY_USAGE.keyCertSign | KEY_USAGE.crlSign;
  if (keyUsage === null || (keyUsage & wanted) !== wanted) throw refused('keyUsage lacks keyCertSign or cRLSign');
  if (issuing.extensions.subjectKey === null || (authorityKey?.keyId ?? null) === null) {
    throw refused('it lacks the subject or authority key identifier');
  }
  const roots = given.filter((one) => one !== issuing && isRoot(one));
  const newRoots = roots.filter(({ fingerprint }) => !known.some((one) => one.fingerprint === fingerprint));
  const found = findPaths(issuing, [], [...known, ...newRoots], { usage: CLIENT_AUTH });
  const seconds = Math.floor(now / 1_000_000);
  const path = found.found
    ? found.paths.find(({ notBefore, notAfter }) => seconds >= notBefore && seconds <= notAfter)
    : undefined;
  if (path === undefined) {
    throw refused(found.found ? 'it does not hold today' : 'neither a known root nor one beside it signed it soundly');
  }
  const root = path.certificates.at(-1)!;
  // Below the root stands this authority, and below that a device.
  if (root.extensions.basicConstraints?.pathLength === 0) throw refused('its root allows no authority below it');
  return { issuing, newRoots: newRoots.filter((one) => one === root) };
}

/** One that signed itself and may be a root. */
function isRoot({ der, publicKey, selfIssued, extensions }: ParsedCertificate): boolean {
  if (!selfIssued || extensions.basicConstraints?.ca !== true || extensions.subjectKey === null) return false;
  try {
    return new X509Certificate(der).verify(
      createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' }),
    );
  } catch {
    return false;
  }
}

function refused(why: string): IdentityError {
  return new IdentityError('IDENTITY_AUTHORITY_INVALID', `Cannot take issuing authority: ${why}`, {
    hint: 'Sign the request of weir ca request as an authority, and put an own root beside it in the file',
  });
}
