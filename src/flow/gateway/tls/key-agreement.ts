import type { TLSSocket } from 'node:tls';
import { TLS_GROUPS } from '#base/crypto/index.ts';

/** What two ends of a connection agreed on. */
export interface KeyAgreement {
  /** Such as `TLSv1.3`. */
  readonly version: string;
  /** Cipher suite, as IANA names it. */
  readonly suite: string;
  /** Group of the key exchange: its name, its number in hex where the table has none such, `unknown` where none is told. */
  readonly group: string;
}

/** The member of a session that holds the group; a private structure of OpenSSL since its version 3.0. */
const GROUP_TAG = 0xb3;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * What a connection agreed on, by its own session: Node tells a server everything but the group.
 *
 * @see OpenSSL, ssl/ssl_asn1.c, `SSL_SESSION_ASN1`: `kex_group`, explicit tag 19
 */
export function keyAgreementOf(socket: Pick<TLSSocket, 'getCipher' | 'getProtocol' | 'getSession'>): KeyAgreement {
  return {
    version: socket.getProtocol() ?? 'unknown',
    suite: socket.getCipher().standardName,
    group: groupName(groupOf(socket.getSession())),
  };
}

/**
 * The number of the group in a session; null where it has none or has another form.
 *
 * @param session DER
 */
export function groupOf(session: Uint8Array | undefined): number | null {
  const outer = session === undefined ? null : valueAt(session, 0);
  if (session === undefined || outer === null || outer.tag !== SEQUENCE) return null;
  let at = outer.start;
  while (at < outer.end) {
    const member = valueAt(session, at);
    if (member === null || member.end > outer.end) return null;
    if (member.tag === GROUP_TAG) return integerAt(session, member.start);
    at = member.end;
  }
  return null;
}

function groupName(code: number | null): string {
  if (code === null) return 'unknown';
  return TLS_GROUPS.find((group) => group.code === code)?.name ?? `0x${code.toString(16).padStart(4, '0')}`;
}

function integerAt(bytes: Uint8Array, at: number): number | null {
  const found = valueAt(bytes, at);
  if (found === null || found.tag !== INTEGER || found.end - found.start > 4) return null;
  return bytes.subarray(found.start, found.end).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Tag and bounds of the value at a place; null where it does not lie within the bytes. */
function valueAt(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } | null {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return null;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 3) return null;
  const long = bytes.subarray(at + 2, at + 2 + octets).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = at + 2 + octets;
  const end = start + (first < 0x80 ? first : long);
  return end > bytes.length ? null : { tag, start, end };
}

/** How many connections are open now under each agreement. */
export class AgreementCount {
  readonly #open = new Map<string, KeyAgreement & { live: number }>();

  /** @returns is called when the connection ends; once counts, whatever comes after */
  add(agreed: KeyAgreement): () => void {
    const name = `${agreed.version} ${agreed.suite} ${agreed.group}`;
    const entry = this.#open.get(name) ?? { ...agreed, live: 0 };
    this.#open.set(name, entry);
    entry.live += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      entry.live -= 1;
    };
  }

  /** By version, suite and group as one text; those that nobody has any more stay, at zero. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#open].map(([name, { live }]) => [name, live]));
  }
}
