import { DEVICE_NAME_PATTERN } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { DeviceEntry, DeviceDirectory, DeviceFlags } from '../ports.ts';
import type { CertificateFacts } from './peer-certificate.ts';

/** Why a peer may not come in. Told apart in log and metrics; the peer itself hears only that it is not authorised. */
export type AdmissionRefusal =
  | 'no-certificate'
  | 'wrong-issuer'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-usage'
  | 'wrong-name'
  | 'unknown'
  | 'superseded'
  | 'revoked'
  | 'disabled'
  | 'contained';

/** Who a peer is: a device of the inventory, or a person's or program's client. */
export type Identity =
  | { readonly kind: 'device'; readonly device: DeviceEntry; readonly serial: string; readonly fingerprint: string }
  | { readonly kind: 'client'; readonly name: string; readonly serial: string; readonly fingerprint: string };

export type Admission =
  | { readonly admitted: true; readonly identity: Identity }
  | { readonly admitted: false; readonly reason: AdmissionRefusal };

/** What the platform knows at the moment of the decision. */
export interface AdmissionKnowledge {
  /** Names the deployment in the certificates' URIs. */
  readonly deployment: string;
  readonly devices: DeviceDirectory;
  readonly flags: DeviceFlags;
  /** Whether a certificate's serial number (upper-case hex) was revoked. */
  isRevoked(serial: string): boolean;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * Decides who a peer is and whether it may come in, from its certificate and the inventory alone.
 *
 * The order is that of RFC 5280: signature first, for nothing that an unsigned certificate says is worth a word in the
 * log; then the dates, the usage, the name; then what the inventory says of that name today.
 *
 * @param peer null where the peer showed none
 * @see RFC 5280 sections 4.2.1.6, 4.2.1.12 and 6.1; RFC 7925 section 4.4.2
 */
export function admit(peer: CertificateFacts | null, now: Micros, known: AdmissionKnowledge): Admission {
  if (peer === null) return refuse('no-certificate');
  if (!peer.issued) return refuse('wrong-issuer');
  if (now > peer.notAfter) return refuse('expired');
  if (now < peer.notBefore) return refuse('not-yet-valid');
  if (!peer.usages.includes(CLIENT_AUTH)) return refuse('wrong-usage');
  const subject = parseSubject(peer.names, known.deployment);
  if (subject === null) return refuse('wrong-name');
  if (known.isRevoked(peer.serial)) return refuse('revoked');
  const { serial, fingerprint } = peer;
  if (subject.kind === 'client') return allow({ kind: 'client', name: subject.name, serial, fingerprint });
  const device = known.devices.find(subject.name);
  if (device === null) return refuse('unknown');
  const state = flagRefusal(known.flags, device.index);
  if (state !== null) return refuse(state);
  if (device.serials !== null && !device.serials.includes(peer.serial)) return refuse('superseded');
  return allow({ kind: 'device', device, serial, fingerprint });
}

/** What a device's flags forbid at this moment; null where nothing. */
export function flagRefusal(flags: DeviceFlags, index: number): AdmissionRefusal | null {
  const set = flags.load(index);
  if (set === 0) return null;
  if ((set & flags.revoked) !== 0) return 'revoked';
  if ((set & flags.disabled) !== 0) return 'disabled';
  return (set & flags.contained) !== 0 ? 'contained' : null;
}

/** Reads the one URI that our certificates carry; anything beside it makes the certificate not one of ours. */
function parseSubject(names: string, deployment: string): { kind: 'device' | 'client'; name: string } | null {
  const start = `URI:urn:weir:${deployment}:`;
  if (!names.startsWith(start)) return null;
  const rest = names.slice(start.length);
  const colon = rest.indexOf(':');
  const kind = rest.slice(0, colon);
  const name = rest.slice(colon + 1);
  if (!DEVICE_NAME_PATTERN.test(name)) return null;
  return kind === 'device' || kind === 'client' ? { kind, name } : null;
}

function refuse(reason: AdmissionRefusal): Admission {
  return { admitted: false, reason };
}

function allow(identity: Identity): Admission {
  return { admitted: true, identity };
}
