import { PROBER_ACTOR } from '#base/core/index.ts';
import { addressPrefix } from '#flow/gateway/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import type { Identity, ProvedRequest, ShownCredential, SignInMethod, SignInRefusal } from '#trust/identity/index.ts';
import { ApiError } from './errors.ts';

/** What the gateway established about the other end of a connection; it alone can write to control's socket. */
export interface VerifiedPeer {
  readonly kind: 'device' | 'client' | 'manufactured' | 'none';
  readonly name: string | null;
  readonly serial: string | null;
  /** SHA-256 of its certificate, lower-case hex; absent or null where it showed none. */
  readonly fingerprint?: string | null;
  /** Public key of its certificate, SPKI in base64; absent where none was shown. */
  readonly key?: string | null;
  readonly address: string;
  readonly listener: string;
  /** The platform itself asks, to try itself. */
  readonly own?: true;
}

/** Who makes a request. */
export interface Caller {
  readonly subject: Subject;
  /** How the log names them. */
  readonly actor: string;
  readonly peer: VerifiedPeer;
  /** By what they were let in; absent where nobody was asked. */
  readonly method?: SignInMethod;
  /** The key or session that was shown, such as `key:0193f2…`; absent where the credential has no id. */
  readonly credential?: string;
}

/** Why nobody is let in; for the log only. */
export type SignInFailure = 'not-for-devices' | SignInRefusal | 'used' | 'wrong' | 'limited' | 'busy';

/** As whom the log names somebody who comes by a connection: with what the platform does to try itself, that. */
export function actorOver({ own }: Pick<VerifiedPeer, 'own'>, actor: string): string {
  if (own !== true) return actor;
  return actor === ANONYMOUS ? PROBER_ACTOR : `${PROBER_ACTOR}@${actor}`;
}

/** The network that somebody comes from, as far as attempts are counted by it: what the platform tries uses up nobody's. */
export function networkOf({ address, own }: Pick<VerifiedPeer, 'address' | 'own'>): string {
  return own === true ? PROBER_ACTOR : addressPrefix(address);
}

/** What a request shows of who makes it, besides what the gateway established. Untrusted. */
export interface ShownHeaders {
  readonly authorization: string | undefined;
  /** The header `DPoP`. */
  readonly proof: string | undefined;
  readonly request: ProvedRequest;
}

/** As whom the log names those of whom nothing is known. */
export const ANONYMOUS = 'anonymous';
const KINDS: readonly string[] = ['device', 'client', 'manufactured', 'none'];

/** The header in which the gateway says who is there. */
export const PEER_HEADER = 'x-weir-identity';

/** @param header as the gateway wrote it; null where there is none, which only a request past the gateway has */
export function parsePeer(header: string | undefined): VerifiedPeer | null {
  if (header === undefined) return null;
  try {
    const { kind, name, serial, fingerprint, key, address, listener, own } = JSON.parse(
      header,
    ) as Partial<VerifiedPeer>;
    if (kind === undefined || !KINDS.includes(kind)) return null;
    return {
      kind,
      name: name ?? null,
      serial: serial ?? null,
      fingerprint: fingerprint ?? null,
      ...(key === undefined || key === null ? {} : { key }),
      address: address ?? '',
      listener: listener ?? '',
      ...(own === true ? { own } : {}),
    };
  } catch {
    return null;
  }
}

/**
 * Establishes who makes a request: a person or program by certificate, else by what it shows in its headers. Devices
 * send readings and hear their commands; past the gateway there is nothing for them.
 *
 * @param onFailure told why somebody is not let in, and who it is where that is known
 * @throws {ApiError} API_UNAUTHENTICATED, the same for every reason; API_FORBIDDEN for devices
 */
export async function identifyCaller(
  peer: VerifiedPeer,
  shown: ShownHeaders,
  identity: Identity,
  onFailure: (reason: SignInFailure, actor?: string) => void,
): Promise<Caller> {
  if (peer.kind === 'device' || peer.kind === 'manufactured') {
    // Summed up like strangers: a device that asks and asks must not fill the log.
    onFailure('not-for-devices', `${peer.kind}:${peer.name ?? ''}`);
    throw new ApiError('API_FORBIDDEN', 'Cannot answer: devices publish and hear their own commands, nothing else');
  }
  const signIn = await identity.signIn.signIn({ certificate: certificateOf(peer), ...shown });
  if (signIn.outcome !== 'ok') {
    onFailure(signIn.outcome);
    throw new ApiError('API_UNAUTHENTICATED', 'Cannot answer: it is not known who asks', {
      hint: 'Send a bearer token, or connect with a client certificate',
    });
  }
  const { person, method, strength, scope, credential, agent } = signIn;
  const { id, kind, roles, region } = person;
  const shownAs = { peer, method, ...(credential === null ? {} : { credential }) };
  const owner: Subject = {
    id,
    kind,
    roles,
    standing: 'good',
    deviceType: null,
    strength,
    ...(region === undefined ? {} : { region }),
  };
  const bounded = scope === undefined ? {} : { scope };
  if (agent === undefined)
    return { subject: { ...owner, ...bounded }, actor: actorOver(peer, `person:${id}`), ...shownAs };
  // The log has both: whose software, and for whom it acted.
  const subject: Subject = { ...owner, ...agent, kind: 'agent', actsFor: owner, ...bounded };
  return { subject, actor: actorOver(peer, `agent:${agent.id}@person:${id}`), ...shownAs };
}

function certificateOf({ kind, name, serial, fingerprint }: VerifiedPeer): ShownCredential['certificate'] {
  return kind === 'client' && name !== null ? { name, serial, fingerprint: fingerprint ?? null } : null;
}
