import { MalformedDer, TAG, childrenOf, expectTag, readDer, sequenceOf } from './der.ts';
import type { DerNode } from './der.ts';
import { readBoolean, readNamedBits, readOid, readSmallInteger } from './der-values.ts';
import { readGeneralName, readGeneralNames } from './general-name.ts';
import type { GeneralName } from './general-name.ts';

/** Object identifiers of the extensions that are understood. @see RFC 5280 section 4.2 */
export const EXTENSION = Object.freeze({
  subjectKey: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  policies: '2.5.29.32',
  authorityKey: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityAccess: '1.3.6.1.5.5.7.1.1',
});

/** Bits of key usage that are asked for. @see RFC 5280 section 4.2.1.3 */
export const KEY_USAGE = Object.freeze({ digitalSignature: 1 << 0, keyCertSign: 1 << 5, crlSign: 1 << 6 });

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** What the extensions of a certificate or request say; null where one is absent. */
export interface CertificateExtensions {
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
  readonly keyUsage: number | null;
  readonly extendedKeyUsage: readonly string[] | null;
  readonly alternativeNames: readonly GeneralName[] | null;
  readonly nameConstraints: NameConstraints | null;
  readonly subjectKey: Uint8Array | null;
  readonly authorityKey: { readonly keyId: Uint8Array | null } | null;
  /** Critical extensions that nothing here understands: whoever has one is refused. */
  readonly unknownCritical: readonly string[];
}

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: DerNode;
}

const MOST_EXTENSIONS = 64;
/** Understood as far as it takes to let them pass: no policy is asked for, and nothing is fetched from an address. */
const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(EXTENSION));
/** Must not be critical. @see RFC 5280 sections 4.2.1.1, 4.2.1.2 and 4.2.2.1 */
const NEVER_CRITICAL: readonly string[] = [EXTENSION.authorityKey, EXTENSION.subjectKey, EXTENSION.authorityAccess];

/** Reads Extensions. @throws {MalformedDer} */
export function readExtensions(node: DerNode | undefined): CertificateExtensions {
  const found = new Map<string, Extension>();
  const listed = sequenceOf(node);
  if (listed.length === 0 || listed.length > MOST_EXTENSIONS)
    throw new MalformedDer('extensions are empty or too many');
  for (const one of listed) {
    const extension = readExtension(one);
    if (found.has(extension.oid)) throw new MalformedDer('an extension stands twice');
    found.set(extension.oid, extension);
  }
  if (NEVER_CRITICAL.some((oid) => found.get(oid)?.critical === true)) {
    throw new MalformedDer('an extension is critical that must not be');
  }
  const take = <T>(oid: string, read: (value: DerNode) => T): T | null => {
    const extension = found.get(oid);
    return extension === undefined ? null : read(extension.value);
  };
  take(EXTENSION.authorityAccess, readAccess);
  if (found.get(EXTENSION.nameConstraints)?.critical === false) {
    throw new MalformedDer('name constraints are not critical');
  }
  return {
    basicConstraints: take(EXTENSION.basicConstraints, readBasicConstraints),
    keyUsage: take(EXTENSION.keyUsage, readUsage),
    extendedKeyUsage: take(EXTENSION.extendedKeyUsage, readExtendedUsage),
    alternativeNames: take(EXTENSION.alternativeNames, readGeneralNames),
    nameConstraints: take(EXTENSION.nameConstraints, readNameConstraints),
    subjectKey: take(EXTENSION.subjectKey, (value) => expectTag(value, TAG.octetString).content),
    authorityKey: take(EXTENSION.authorityKey, readAuthorityKey),
    unknownCritical: [...found.values()]
      .filter((one) => one.critical && !UNDERSTOOD.has(one.oid))
      .map(({ oid }) => oid),
  };
}

/** What no extensions say. */
export const NO_EXTENSIONS: CertificateExtensions = {
  basicConstraints: null,
  keyUsage: null,
  extendedKeyUsage: null,
  alternativeNames: null,
  nameConstraints: null,
  subjectKey: null,
  authorityKey: null,
  unknownCritical: [],
};

function readExtension(node: DerNode): Extension {
  const [oid, ...rest] = sequenceOf(node);
  const critical = rest.length === 2 ? readBoolean(rest[0]) : false;
  // DER leaves a default out: a written false is a second form of the same.
  if (rest.length === 2 && !critical) throw new MalformedDer('an extension writes its default');
  if (rest.length < 1 || rest.length > 2) throw new MalformedDer('an extension has not one value');
  return { oid: readOid(oid), critical, value: readDer(expectTag(rest.at(-1), TAG.octetString).content) };
}

function readBasicConstraints(node: DerNode): { ca: boolean; pathLength: number | null } {
  const parts = sequenceOf(node);
  const ca = parts[0]?.tag === TAG.boolean ? readBoolean(parts[0]) : false;
  const rest = parts[0]?.tag === TAG.boolean ? parts.slice(1) : parts;
  if (rest.length > 1 || (rest.length === 1 && !ca)) throw new MalformedDer('basic constraints are malformed');
  return { ca, pathLength: rest.length === 0 ? null : readSmallInteger(rest[0]) };
}

function readUsage(node: DerNode): number {
  const bits = readNamedBits(node);
  if (bits === 0) throw new MalformedDer('key usage names none');
  return bits;
}

function readExtendedUsage(node: DerNode): readonly string[] {
  const usages = sequenceOf(node).map(readOid);
  if (usages.length === 0) throw new MalformedDer('extended key usage names none');
  return usages;
}

function readNameConstraints(node: DerNode): NameConstraints {
  const parts = sequenceOf(node);
  const subtrees = (tag: number): readonly GeneralName[] => {
    const part = parts.find((one) => one.tag === tag);
    if (part === undefined) return [];
    const names = childrenOf(part).map(readSubtree);
    if (names.length === 0) throw new MalformedDer('name constraints are empty');
    return names;
  };
  const tags = parts.map(({ tag }) => tag).join();
  if (!['160', '161', '160,161'].includes(tags)) throw new MalformedDer('name constraints are malformed');
  return { permitted: subtrees(0xa0), excluded: subtrees(0xa1) };
}

/** Minimum is always 0 and maximum absent. @see RFC 5280 section 4.2.1.10 */
function readSubtree(node: DerNode): GeneralName {
  const [base, ...more] = sequenceOf(node);
  if (base === undefined || more.length > 0) throw new MalformedDer('a subtree is malformed');
  return readGeneralName(base, 'constraint');
}

function readAuthorityKey(node: DerNode): { keyId: Uint8Array | null } {
  const parts = sequenceOf(node);
  const [issuer, serial] = [parts.some(({ tag }) => tag === 0xa1), parts.some(({ tag }) => tag === 0x82)];
  if (parts.some(({ tag }) => ![0x80, 0xa1, 0x82].includes(tag)) || issuer !== serial) {
    throw new MalformedDer('the key of the authority is malformed');
  }
  const keyId = parts.find(({ tag }) => tag === 0x80);
  return { keyId: keyId === undefined ? null : keyId.content };
}

function readAccess(node: DerNode): void {
  const descriptions = sequenceOf(node);
  if (descriptions.length === 0) throw new MalformedDer('access to the authority is empty');
  for (const one of descriptions) {
    const [method, location, ...more] = sequenceOf(one);
    readOid(method);
    if (location === undefined || more.length > 0) throw new MalformedDer('access to the authority is malformed');
    readGeneralName(location, 'name');
  }
}
