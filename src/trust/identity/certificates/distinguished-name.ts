import { toHex } from '#base/core/index.ts';
import { MalformedDer, TAG, childrenOf, expectTag, sequenceOf } from './der.ts';
import type { DerNode } from './der.ts';
import { readOid, readText } from './der-values.ts';

/** A distinguished name, in a form that can be compared. */
export interface DistinguishedName {
  readonly raw: Uint8Array;
  /** Each relative name, normalised: two names are one where these are. */
  readonly parts: readonly string[];
  readonly attributes: readonly { readonly oid: string; readonly value: string }[];
}

/** Attribute types that are read by name. @see X.520 */
export const ATTRIBUTE = Object.freeze({ commonName: '2.5.4.3', serialNumber: '2.5.4.5' });

const TEXT_TAGS: ReadonlySet<number> = new Set([TAG.utf8, TAG.printable, TAG.ia5, TAG.teletex, TAG.bmp, TAG.universal]);

/** Reads a Name. @throws {MalformedDer} @see RFC 5280 section 4.1.2.4 */
export function readName(node: DerNode | undefined): DistinguishedName {
  const attributes: { oid: string; value: string }[] = [];
  const parts = sequenceOf(node).map((rdn) => {
    const set = childrenOf(expectTag(rdn, TAG.set));
    if (set.length === 0) throw new MalformedDer('a relative name is empty');
    const normal = set.map((attribute) => {
      const [type, value, ...more] = sequenceOf(attribute);
      if (value === undefined || more.length > 0) throw new MalformedDer('an attribute has not one value');
      const oid = readOid(type);
      if (!TEXT_TAGS.has(value.tag)) return `${oid}=#${toHex(value.raw)}`;
      const text = readText(value);
      attributes.push({ oid, value: text });
      return `${oid}=${normalise(text)}`;
    });
    return normal.sort().join('+');
  });
  return { raw: node!.raw, parts, attributes };
}

/** Whether two names are the same. @see RFC 5280 section 7.1 */
export function isSameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.parts.length === b.parts.length && isWithin(a, b);
}

/** Whether a name lies in the subtree of another: begins with all of its parts. @see RFC 5280 section 4.2.1.10 */
export function isWithin(name: DistinguishedName, subtree: DistinguishedName): boolean {
  return subtree.parts.every((part, i) => part === name.parts[i]);
}

/** The value of an attribute that a name has exactly once, or null. */
export function attributeOf(name: DistinguishedName, oid: string): string | null {
  const found = name.attributes.filter((attribute) => attribute.oid === oid);
  return found.length === 1 ? (found[0]?.value ?? null) : null;
}

/** Case and runs of blanks do not count. @see RFC 4518 section 2, as far as X.509 needs it */
function normalise(text: string): string {
  // A separator between attributes cannot be forged by a value: it is escaped.
  return text
    .normalize('NFKC')
    .toLowerCase()
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\+=#]/g, (found) => `\\${found}`);
}
