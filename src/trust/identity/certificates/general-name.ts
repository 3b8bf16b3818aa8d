import { MalformedDer, childrenOf, readDer, sequenceOf } from './der.ts';
import type { DerNode } from './der.ts';
import { readName } from './distinguished-name.ts';
import type { DistinguishedName } from './distinguished-name.ts';

/** An alternative name. `other` stands for kinds that nothing here compares, told apart by tag. */
export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly value: string }
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'dn'; readonly value: DistinguishedName }
  | { readonly kind: 'other'; readonly tag: number };

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const LONGEST_HOST = 253;

/**
 * Reads a GeneralName.
 *
 * @param use `name` takes addresses and host names as a certificate carries them; `constraint` as name constraints do,
 *   where an address has a mask and a host may be a whole domain
 * @throws {MalformedDer}
 * @see RFC 5280 sections 4.2.1.6 and 4.2.1.10
 */
export function readGeneralName(node: DerNode, use: 'name' | 'constraint'): GeneralName {
  switch (node.tag) {
    case 0x81:
      return { kind: 'email', value: checked(ascii(node), use === 'name' ? isMailbox : isMailConstraint) };
    case 0x82:
      return { kind: 'dns', value: checked(ascii(node).toLowerCase(), use === 'name' ? isDnsName : isDnsConstraint) };
    case 0x86:
      return { kind: 'uri', value: checked(ascii(node), use === 'name' ? isUri : isHostConstraint) };
    case 0x87: {
      const sizes = use === 'name' ? [4, 16] : [8, 32];
      if (!sizes.includes(node.content.length)) throw new MalformedDer('an address has the wrong length');
      return { kind: 'ip', value: node.content };
    }
    case 0xa4:
      // A Name is a CHOICE, so its tag is explicit.
      return { kind: 'dn', value: readName(readDer(node.content)) };
    case 0xa0:
    case 0xa3:
    case 0xa5:
      childrenOf(node);
      return { kind: 'other', tag: node.tag };
    case 0x88:
      return { kind: 'other', tag: node.tag };
    default:
      throw new MalformedDer('a general name is of no known kind');
  }
}

/** Reads GeneralNames: at least one. @throws {MalformedDer} */
export function readGeneralNames(node: DerNode): readonly GeneralName[] {
  const names = sequenceOf(node).map((name) => readGeneralName(name, 'name'));
  if (names.length === 0) throw new MalformedDer('alternative names are empty');
  return names;
}

/** Whether a text is a host name in preferred syntax; `*` may stand for its first label. @see RFC 1123 section 2.1, RFC 6125 */
export function isDnsName(text: string): boolean {
  const labels = text.split('.');
  if (text.length > LONGEST_HOST) return false;
  const [first, ...rest] = labels;
  if (first === '*') return rest.length >= 2 && rest.every((label) => LABEL.test(label));
  return labels.every((label) => LABEL.test(label));
}

function isDnsConstraint(text: string): boolean {
  return text === '' || isDnsName(text);
}

function isMailbox(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at > 0 && isAtomText(text.slice(0, at)) && isDnsName(text.slice(at + 1)) && !text.startsWith('*.', at + 1);
}

/** A mailbox, a host, or a domain with a leading dot. */
function isMailConstraint(text: string): boolean {
  return text.includes('@') ? isMailbox(text) : isHostConstraint(text);
}

function isHostConstraint(text: string): boolean {
  const host = text.startsWith('.') ? text.slice(1) : text;
  return isDnsName(host) && !host.startsWith('*');
}

function isUri(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(text);
}

/** Local part without quotes. @see RFC 5321 section 4.1.2 */
function isAtomText(text: string): boolean {
  return text.length <= 64 && /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(text);
}

function ascii(node: DerNode): string {
  if (node.content.some((byte) => byte >= 0x80)) throw new MalformedDer('a name has octets beyond ASCII');
  return Buffer.from(node.content).toString('latin1');
}

function checked(text: string, is: (text: string) => boolean): string {
  if (!is(text)) throw new MalformedDer('a name is not in its syntax');
  return text;
}
