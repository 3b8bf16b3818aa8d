import type { PeerIdentity } from '../tls/admission.ts';
import type { PeerSource } from '../tls/peer-source.ts';

/** The header in which control is told who is at the other end. Nothing from outside can set it. */
export const IDENTITY_HEADER = 'x-weir-identity';

/** What the gateway established about the other end of a connection. */
export interface PeerStatement {
  readonly kind: 'device' | 'client' | 'manufactured' | 'none';
  /** Of a device or client; the manufacturer of a device that has but its maker's certificate. */
  readonly name: string | null;
  /** Serial number of its certificate, upper-case hex; of a manufactured device the one in its subject. */
  readonly serial: string | null;
  /** SHA-256 of its certificate, lower-case hex. */
  readonly fingerprint: string | null;
  /** Its public key, SPKI in base64. */
  readonly key: string | null;
  readonly address: string;
  readonly listener: 'https' | 'api' | 'status';
  /** Whether the platform itself opened the connection, to try itself; absent for all others. */
  readonly own?: true;
}

/** @param identity null where no certificate was shown, or none is asked for */
export function stateIdentity(
  identity: PeerIdentity | null,
  { address, own }: PeerSource,
  listener: 'https' | 'api' | 'status',
  key: string | null = null,
): PeerStatement {
  const seen = { address: address ?? '', listener, ...(own ? { own } : {}) };
  if (identity === null) return { kind: 'none', name: null, serial: null, fingerprint: null, key: null, ...seen };
  const { kind, serial, fingerprint } = identity;
  const name = identity.kind === 'device' ? identity.device.name : identity.name;
  return { kind, name, serial, fingerprint, key, ...seen };
}

/**
 * Headers that end at a proxy, and those by which somebody could claim to be somebody else.
 *
 * @see RFC 9110 section 7.6.1; RFC 7239
 */
const DROPPED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'forwarded',
]);

/**
 * Headers that are for whoever answers, whatever `Connection` says of them. Without its length a body would be taken
 * for further requests, which could then say themselves who sends them.
 */
const END_TO_END: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'host',
  'authorization',
]);

/**
 * The headers to pass on, as Node's flat list of names and values.
 *
 * @param raw names and values in turn, as they came
 */
export function passableHeaders(raw: readonly string[]): string[] {
  const named = connectionNames(raw);
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const forged = name.startsWith('x-weir-') || name.startsWith('x-forwarded-') || name.includes('_');
    if (!DROPPED.has(name) && !named.has(name) && !forged) kept.push(raw[i]!, raw[i + 1]!);
  }
  return kept;
}

/** Names that `Connection` says are for this hop alone, as far as they can be. */
function connectionNames(raw: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]!.toLowerCase() !== 'connection') continue;
    for (const option of raw[i + 1]!.split(',')) {
      const name = option.trim().toLowerCase();
      if (!END_TO_END.has(name)) names.add(name);
    }
  }
  return names;
}
