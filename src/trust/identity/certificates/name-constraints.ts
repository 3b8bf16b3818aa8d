import type { NameConstraints } from './certificate-extensions.ts';
import { isWithin } from './distinguished-name.ts';
import type { GeneralName } from './general-name.ts';
import type { ParsedCertificate } from './parse-certificate.ts';

/** Names times constraints that are compared for one certificate: more would be an attack on our time. */
const MOST_COMPARISONS = 65_536;

/**
 * Whether all names of a certificate are allowed by the constraints of an authority above it: none in an excluded
 * subtree, and of each kind that has permitted subtrees all in one of these.
 *
 * @see RFC 5280 sections 4.2.1.10 and 6.1.4 (b), (c)
 */
export function namesAllowed(certificate: ParsedCertificate, { permitted, excluded }: NameConstraints): boolean {
  const names = namesOf(certificate);
  if (names.length * (permitted.length + excluded.length) > MOST_COMPARISONS) return false;
  return names.every((name) => {
    // Nothing can be said of a URI without a host, so it must be refused.
    if (name.kind === 'uri' && hostOf(name.value) === '' && [...permitted, ...excluded].some(isUri)) return false;
    if (excluded.some((subtree) => subtree.kind === name.kind && isExcluded(name, subtree))) return false;
    const ofKind = permitted.filter((subtree) => subtree.kind === name.kind);
    return ofKind.length === 0 || ofKind.some((subtree) => covers(name, subtree));
  });
}

/** The subject counts as a directory name. */
function namesOf({ subject, extensions }: ParsedCertificate): readonly GeneralName[] {
  const alternative = extensions.alternativeNames ?? [];
  return subject.parts.length === 0 ? alternative : [{ kind: 'dn', value: subject }, ...alternative];
}

/** A wildcard stands for every name that it could match: it is excluded where one of them is. */
function isExcluded(name: GeneralName, subtree: GeneralName): boolean {
  if (covers(name, subtree)) return true;
  if (name.kind === 'other' && subtree.kind === 'other') return name.tag === subtree.tag;
  if (name.kind !== 'dns' || subtree.kind !== 'dns' || !name.value.startsWith('*.')) return false;
  const [first, ...rest] = subtree.value.split('.');
  return first !== '' && rest.join('.') === name.value.slice(2);
}

function covers(name: GeneralName, subtree: GeneralName): boolean {
  if (name.kind === 'dns' && subtree.kind === 'dns') return isHostWithin(name.value, subtree.value);
  if (name.kind === 'ip' && subtree.kind === 'ip') return isAddressWithin(name.value, subtree.value);
  if (name.kind === 'email' && subtree.kind === 'email') return isMailWithin(name.value, subtree.value);
  if (name.kind === 'uri' && subtree.kind === 'uri') return isUriWithin(name.value, subtree.value);
  if (name.kind === 'dn' && subtree.kind === 'dn') return isWithin(name.value, subtree.value);
  // Kinds that are not compared: whatever is constrained there is refused, on either side.
  return false;
}

function isHostWithin(host: string, subtree: string): boolean {
  return subtree === '' || host === subtree || host.endsWith(`.${subtree}`);
}

/** Network and mask follow each other in the subtree. */
function isAddressWithin(address: Uint8Array, subtree: Uint8Array): boolean {
  if (subtree.length !== address.length * 2) return false;
  return address.every((byte, i) => {
    const mask = subtree[address.length + i]!;
    return (byte & mask) === (subtree[i]! & mask);
  });
}

/** A whole mailbox, all mailboxes of a host, or with a leading dot those of all hosts below. Only the host ignores case. */
function isMailWithin(mailbox: string, subtree: string): boolean {
  const at = mailbox.lastIndexOf('@');
  const host = mailbox.slice(at + 1).toLowerCase();
  const cut = subtree.lastIndexOf('@');
  if (cut === -1) return isHostOf(host, subtree);
  return mailbox.slice(0, at) === subtree.slice(0, cut) && host === subtree.slice(cut + 1).toLowerCase();
}

function isUriWithin(uri: string, subtree: string): boolean {
  return isHostOf(hostOf(uri), subtree);
}

/** The host of a URI in lower case; empty where it has none. */
function hostOf(uri: string): string {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(uri)?.[1] ?? '';
  return authority.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase();
}

function isUri({ kind }: GeneralName): boolean {
  return kind === 'uri';
}

function isHostOf(host: string, subtree: string): boolean {
  const wanted = subtree.toLowerCase();
  return wanted.startsWith('.') ? host.endsWith(wanted) && host.length > wanted.length : host === wanted;
}
