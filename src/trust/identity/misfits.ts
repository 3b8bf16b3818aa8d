import { PROBE_DEVICE, days, minutes } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import type { CertificateProfile } from './certificate-profile.ts';

/** Certificates of the issuing authority itself that must let nobody in. */
export type Misfit = 'expired' | 'not-yet-valid' | 'server-only' | 'unknown-device';

interface MisfitForm {
  readonly profile: (deployment: string) => CertificateProfile;
  /** When it is valid, from now; both may lie in the past. */
  readonly from: Millis;
  readonly to: Millis;
}

/** No device can have this name: those of users do not begin with an underscore. */
const UNKNOWN_DEVICE = '_probe-unknown';

/**
 * What the issuing authority signs for probes, and nothing else of the kind: each is useless for one reason alone, so
 * that only the check for that reason stands between it and a session. `expired` lies within the five minutes that an
 * authority is backdated by, so that it can be made at the first start.
 */
export const MISFITS: Readonly<Record<Misfit, MisfitForm>> = {
  expired: { profile: clientOf(PROBE_DEVICE), from: past(4), to: past(1) },
  'not-yet-valid': { profile: clientOf(PROBE_DEVICE), from: days(1), to: days(2) },
  'server-only': {
    profile: (deployment) => ({ kind: 'misfit', subject: { kind: 'device', name: PROBE_DEVICE }, deployment }),
    from: past(1),
    to: minutes(10),
  },
  'unknown-device': { profile: clientOf(UNKNOWN_DEVICE), from: past(1), to: minutes(10) },
};

function clientOf(name: string): MisfitForm['profile'] {
  return (deployment) => ({ kind: 'client', subject: { kind: 'device', name }, deployment });
}

function past(count: number): Millis {
  return (0 - minutes(count)) as Millis;
}
