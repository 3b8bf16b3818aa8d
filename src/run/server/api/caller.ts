import type { Subject } from '#declare/policy/index.ts';
import type { Identity, SignIn } from '#trust/identity/index.ts';
import { ApiError } from './errors.ts';

/** What the gateway established about the other end of a connection; it alone can write to control's socket. */
export interface VerifiedPeer {
  readonly kind: 'device' | 'client' | 'none';
  readonly name: string | null;
  readonly serial: string | null;
  readonly address: string;
  readonly listener: string;
}

/** Who makes a request. */
export interface Caller {
  readonly subject: Subject;
  /** How the log names them. */
  readonly actor: string;
  readonly peer: VerifiedPeer;
}

/** Why nobody is signed in; for the log only, outside all look alike. */
export type SignInFailure = 'no-credential' | Exclude<SignIn['outcome'], 'ok'>;

/** The header in which the gateway says who is there. */
export const PEER_HEADER = 'x-weir-identity';

/** @param header as the gateway wrote it; null where there is none, which only a request past the gateway has */
export function parsePeer(header: string | undefined): VerifiedPeer | null {
  if (header === undefined) return null;
  try {
    const { kind, name, serial, address, listener } = JSON.parse(header) as Partial<VerifiedPeer>;
    if (kind !== 'device' && kind !== 'client' && kind !== 'none') return null;
    return { kind, name: name ?? null, serial: serial ?? null, address: address ?? '', listener: listener ?? '' };
  } catch {
    return null;
  }
}

/**
 * Establishes who makes a request: a device or person by certificate, else a person by bearer token.
 *
 * @param onFailure told why nobody is signed in
 * @throws {ApiError} API_UNAUTHENTICATED, the same for every reason
 */
export async function identifyCaller(
  peer: VerifiedPeer,
  authorization: string | undefined,
  identity: Identity,
  onFailure: (reason: SignInFailure) => void,
): Promise<Caller> {
  if (peer.kind === 'device') return deviceCaller(peer, identity);
  const signIn = await signInOf(peer, authorization, identity);
  if (signIn.outcome === 'ok') {
    const { id, kind, roles } = signIn.person;
    const subject: Subject = { id, kind, roles, standing: 'good', deviceType: null };
    return { subject, actor: `person:${id}`, peer };
  }
  onFailure(signIn.outcome);
  throw new ApiError('API_UNAUTHENTICATED', 'Cannot answer: it is not known who asks', {
    hint: 'Send a bearer token, or connect with a client certificate',
  });
}

function signInOf(
  peer: VerifiedPeer,
  authorization: string | undefined,
  identity: Identity,
): Promise<SignIn> | { readonly outcome: 'no-credential' } {
  if (peer.kind === 'client' && peer.name !== null) return identity.people.signInWithCertificate(peer.name);
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
  return token === undefined ? { outcome: 'no-credential' } : identity.people.signInWithToken(token);
}

function deviceCaller(peer: VerifiedPeer, identity: Identity): Caller {
  const entry = peer.name === null ? null : identity.inventory.find(peer.name);
  const standing =
    entry === null || entry.status === 'revoked' ? 'revoked' : entry.status === 'enabled' ? 'good' : 'disabled';
  const name = peer.name ?? '';
  const subject: Subject = { id: name, kind: 'device', roles: [], standing, deviceType: entry?.type ?? null };
  return { subject, actor: `device:${name}`, peer };
}
