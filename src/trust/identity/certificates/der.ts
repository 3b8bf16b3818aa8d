/** Raised where bytes are not what DER, or the structure read from it, allows. Callers turn it into a coded error. */
export class MalformedDer extends Error {}

/** One value of DER: tag, content, and both with the length between them. Views into the bytes that were read. */
export interface DerNode {
  /** Identifier octet: class, constructed bit and tag number. */
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** Identifier octets of the universal types that certificates and requests are made of. @see X.690 section 8.1.2 */
export const TAG = Object.freeze({
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universal: 0x1c,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
});

/** The tag of a constructed value in a context, such as `[0]`. */
export function context(number: number): number {
  return 0xa0 | number;
}

/** No structure of a certificate or request has more parts in one place; lists of revoked certificates do. */
const MOST_CHILDREN = 1_024;

/**
 * The one value that bytes hold, with nothing after it.
 *
 * @param bytes untrusted; the caller bounds their number
 * @throws {MalformedDer}
 */
export function readDer(bytes: Uint8Array, tag?: number): DerNode {
  const node = readAt(bytes, 0);
  if (node.raw.length !== bytes.length) throw new MalformedDer('bytes follow the value');
  return tag === undefined ? node : expectTag(node, tag);
}

/** The values inside a constructed one, at most as many as `most`. @throws {MalformedDer} */
export function childrenOf(node: DerNode, most = MOST_CHILDREN): readonly DerNode[] {
  const children: DerNode[] = [];
  for (let at = 0; at < node.content.length;) {
    if (children.length === most) throw new MalformedDer('a structure has too many parts');
    const child = readAt(node.content, at);
    children.push(child);
    at += child.raw.length;
  }
  return children;
}

/** The values inside a SEQUENCE. @throws {MalformedDer} */
export function sequenceOf(node: DerNode | undefined, most = MOST_CHILDREN): readonly DerNode[] {
  return childrenOf(expectTag(node, TAG.sequence), most);
}

/** @throws {MalformedDer} if the value is absent or of another type */
export function expectTag(node: DerNode | undefined, tag: number): DerNode {
  if (node?.tag !== tag) throw new MalformedDer(`a value of tag ${tag} is missing`);
  return node;
}

/** Reads one value: low tag numbers and the shortest definite length only, as DER has them. @see X.690 section 10.1 */
function readAt(bytes: Uint8Array, start: number): DerNode {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) throw new MalformedDer('a value is cut off');
  if ((tag & 0x1f) === 0x1f) throw new MalformedDer('a tag number is too high');
  let at = start + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    // Four octets of length are more than anything that is read here may have.
    if (count === 0 || count > 4) throw new MalformedDer('a length is indefinite or too long');
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + (bytes[at + i] ?? 0);
    at += count;
    if (length < 0x80 || length < 256 ** (count - 1)) throw new MalformedDer('a length is not the shortest');
  }
  const end = at + length;
  if (end > bytes.length) throw new MalformedDer('a value is cut off');
  return { tag, content: bytes.subarray(at, end), raw: bytes.subarray(start, end) };
}
