import { DEVICE_FLAG } from '#trust/identity/index.ts';
import type { CertificateOutcome, ManufacturedOutcome } from '#trust/identity/index.ts';
import type { DeviceDirectory, DeviceEntry, DeviceTablePort, RevokedPort } from '../ports.ts';

/** Why a peer may not come in. Told apart in log and metrics; the peer itself hears only that it is not authorised. */
export type AdmissionRefusal =
  | Exclude<CertificateOutcome['outcome'], 'ok'>
  | 'unknown'
  | 'superseded'
  | 'suspended'
  | 'revoked'
  | 'disabled'
  | 'contained';

/**
 * Who a peer is: a device of the inventory, a person's or program's client, or a device that has nothing but the
 * certificate of its manufacturer, which may ask for one of ours and nothing else.
 */
export type PeerIdentity =
  | { readonly kind: 'device'; readonly device: DeviceEntry; readonly serial: string; readonly fingerprint: string }
  | { readonly kind: 'client'; readonly name: string; readonly serial: string; readonly fingerprint: string }
  | {
      readonly kind: 'manufactured';
      /** The manufacturer, as the template names it. */
      readonly name: string;
      /** The device's serial number in its subject. */
      readonly serial: string;
      readonly fingerprint: string;
    };

export type Admission =
  | { readonly admitted: true; readonly identity: PeerIdentity }
  | { readonly admitted: false; readonly reason: AdmissionRefusal };

/**
 * Decides who a peer is and whether it may come in, from what its certificate is worth and the inventory of today.
 *
 * @param certificate judged anew for every connection, resumed TLS sessions among them
 * @see RFC 5280 section 6.1; RFC 7925 section 4.4.2
 */
export function admit(
  certificate: CertificateOutcome,
  devices: DeviceDirectory,
  table: Pick<DeviceTablePort, 'flags'>,
  revoked: RevokedPort,
): Admission {
  if (certificate.outcome !== 'ok') return refuse(certificate.outcome);
  const { subject, facts } = certificate;
  const { serial, fingerprint } = facts;
  // Whatever the inventory says: a list that came from an older copy must not let it in again.
  if (revoked.has(serial)) return refuse('revoked');
  // Whether a client's certificate still counts is for control to say: it holds the list of people and programs.
  if (subject.kind === 'client') return allow({ kind: 'client', name: subject.name, serial, fingerprint });
  const device = devices.find(subject.name);
  if (device === null) return refuse('unknown');
  const forbidden = standingRefusal(table.flags(device.index));
  if (forbidden !== null) return refuse(forbidden);
  if (device.serials.includes(serial)) return allow({ kind: 'device', device, serial, fingerprint });
  // A certificate that was replaced or taken back is no longer among the device's own.
  return refuse(device.suspended?.includes(serial) === true ? 'suspended' : 'superseded');
}

/**
 * Admits a peer whose certificate is not ours and whose manufacturer vouches for it. Where nothing but enrolment can be
 * asked for, and nowhere else, may this answer be used.
 *
 * @see IEEE 802.1AR
 */
export function admitManufactured(refused: Admission, check: () => ManufacturedOutcome): Admission {
  if (refused.admitted || refused.reason !== 'wrong-issuer') return refused;
  const found = check();
  if (found.outcome !== 'ok') return refused;
  const { manufacturer: name, serial, fingerprint } = found;
  return allow({ kind: 'manufactured', name, serial, fingerprint });
}

/** What the bits of a device's row forbid; null where it may act. */
export function standingRefusal(flags: number): AdmissionRefusal | null {
  if ((flags & DEVICE_FLAG.revoked) !== 0) return 'revoked';
  if ((flags & DEVICE_FLAG.disabled) !== 0) return 'disabled';
  if ((flags & DEVICE_FLAG.contained) !== 0) return 'contained';
  return (flags & DEVICE_FLAG.known) === 0 ? 'unknown' : null;
}

function refuse(reason: AdmissionRefusal): Admission {
  return { admitted: false, reason };
}

function allow(identity: PeerIdentity): Admission {
  return { admitted: true, identity };
}
