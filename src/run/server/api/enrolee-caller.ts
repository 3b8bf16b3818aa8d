import type { Subject } from '#declare/policy/index.ts';
import { basicPassword } from '#trust/identity/index.ts';
import type { Enrolee, EnroleeOutcome, Identity } from '#trust/identity/index.ts';
import { actorOver } from './caller.ts';
import type { Caller, SignInFailure, VerifiedPeer } from './caller.ts';
import { ApiError } from './errors.ts';

/** A device that asks for a certificate. */
export interface DeviceCaller extends Caller {
  /** What lets it enrol for the first time; null for a device that shows its own certificate. */
  readonly enrolee: Enrolee | null;
}

/**
 * Establishes which device asks for a certificate: by the certificate of ours that it shows, else by that of its
 * manufacturer, else by a token as HTTP Basic password.
 *
 * @param onFailure told why none is let in, and which it is where that is known
 * @throws {ApiError} API_UNAUTHENTICATED, the same for every reason
 * @see RFC 7030 sections 3.2.3 and 3.3.2
 */
export async function identifyEnrolee(
  peer: VerifiedPeer,
  authorization: string | undefined,
  identity: Identity,
  onFailure: (reason: SignInFailure, actor?: string) => void,
): Promise<DeviceCaller> {
  if (peer.kind === 'device' && peer.name !== null) {
    const device = identity.inventory.find(peer.name);
    if (device !== null) return { ...callerOf(device.name, device.type, peer, 'bound'), enrolee: null };
  }
  const found = await outcomeOf(peer, authorization, identity);
  if (found.outcome !== 'ok') {
    onFailure(found.outcome, peer.kind === 'manufactured' ? `manufactured:${peer.name ?? ''}` : undefined);
    throw new ApiError('API_UNAUTHENTICATED', 'Cannot enrol: what lets a device in is missing, unknown or spent', {
      hint: 'Send a token of weir device token as password, or connect with the certificate of a listed manufacturer',
    });
  }
  const { name, type } = found.enrolee.request;
  const strength = peer.kind === 'manufactured' ? 'bound' : 'bearer';
  return { ...callerOf(name, type, peer, strength), enrolee: found.enrolee };
}

async function outcomeOf(
  peer: VerifiedPeer,
  authorization: string | undefined,
  { enrolment }: Identity,
): Promise<EnroleeOutcome | { readonly outcome: 'no-credential' }> {
  if (peer.kind === 'manufactured') return enrolment.identifyManufactured(peer.name ?? '', peer.serial ?? '');
  const password = peer.kind === 'none' ? basicPassword(authorization) : null;
  return password === null ? { outcome: 'no-credential' } : enrolment.identifyToken(password);
}

function callerOf(name: string, type: string, peer: VerifiedPeer, strength: 'bound' | 'bearer'): Caller {
  const subject: Subject = { id: name, kind: 'device', roles: [], standing: 'good', deviceType: type, strength };
  return { subject, actor: actorOver(peer, `device:${name}`), peer };
}
