import type { Subject } from '#declare/policy/index.ts';
import type { Identity, SignIn } from '#trust/identity/index.ts';
import { ApiError } from './errors.ts';

/** What the gateway established about the other end of a connection; it alone can write to control's socket. */
export interface VerifiedPeer {
  readonly kind: 'device' | 'client' | 'manufactured' | 'none';
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

/** Why nobody is let in; for the log only. */
export type SignInFailure = 'no-credential' | 'not-for-devices' | 'used' | Exclude<SignIn['outcome'], 'ok'>;

const KINDS: readonly string[] = ['device', 'client', 'manufactured', 'none'];

/** The header in which the gateway says who is there. */
export const PEER_HEADER = 'x-weir-identity';

/** @param header as the gateway wrote it; null where there is none, which only a request past the gateway has */
export function parsePeer(header: string | undefined): VerifiedPeer | null {
  if (header === undefined) return null;
  try {
    const { kind, name, serial, address, listener } = JSON.parse(header) as Partial<VerifiedPeer>;
    if (kind === undefined || !KINDS.includes(kind)) return null;
    return { kind, name: name ?? null, serial: serial ?? null, address: address ?? '', listener: listener ?? '' };
  } catch {
    return null;
  }
}

/**
 * Establishes who makes a request: a person or program by certificate, else by bearer token. Devices send readings and
 * hear their commands; past the gateway there is nothing for them.
 *
 * @param onFailure told why somebody is not let in, and who it is where that is known
 * @throws {ApiError} API_UNAUTHENTICATED, the same for every reason; API_FORBIDDEN for devices
 */
export async function identifyCaller(
  peer: VerifiedPeer,
  authorization: string | undefined,
  identity: Identity,
  onFailure: (reason: SignInFailure, actor?: string) => void,
): Promise<Caller> {
  if (peer.kind === 'device' || peer.kind === 'manufactured') {
    // Summed up like strangers: a device that asks and asks must not fill the log.
    onFailure('not-for-devices', `${peer.kind}:${peer.name ?? ''}`);
    throw new ApiError('API_FORBIDDEN', 'Cannot answer: devices publish and hear their own commands, nothing else');
  }
  const signIn = await signInOf(peer, authorization, identity);
  if (signIn.outcome === 'ok') {
    const { id, kind, roles } = signIn.person;
    const strength = peer.kind === 'client' ? 'bound' : 'bearer';
    const subject: Subject = { id, kind, roles, standing: 'good', deviceType: null, strength };
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
  if (peer.kind === 'client' && peer.name !== null)
    return identity.people.signInWithCertificate(peer.name, peer.serial ?? undefined);
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
  return token === undefined ? { outcome: 'no-credential' } : identity.people.signInWithToken(token);
}
