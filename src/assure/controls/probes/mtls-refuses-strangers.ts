import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { CREDENTIAL_KINDS } from '../door-trials.ts';
import type { CredentialKind } from '../door-trials.ts';
import { eventually } from './eventually.ts';

/** The word in the log for each credential that must not let anybody in. */
const LOGGED: Readonly<Record<Exclude<CredentialKind, 'good'>, string>> = {
  none: 'no-certificate',
  'self-signed': 'wrong-issuer',
  'other-authority': 'wrong-issuer',
  'rootless-chain': 'wrong-issuer',
  expired: 'expired',
  'not-yet-valid': 'not-yet-valid',
  'server-only': 'wrong-eku',
  'unknown-device': 'unknown',
  'disabled-device': 'disabled',
};

/**
 * Shows every kind of wrong certificate to the device listener, and the right one. Each wrong one is wrong in one way,
 * and the log must name that way: one that is refused for another reason would hide a check that does not work.
 */
export const mtlsRefusesStrangers: Control = {
  id: 'mtls-refuses-strangers',
  row: 1,
  covers: 'part',
  statement:
    'only a device with a valid certificate of this platform, known and enabled, gets a session, and the log names why others do not',
  requirements: ['gdpr:32', 'iso-27001:A.8.5', 'nist-csf:PR.AA-03', 'etsi-en-303645:5.5-1'],
  probe: async (platform, signal) => {
    const since = platform.now();
    const seen: Record<string, string> = {};
    const expectations: Record<string, boolean> = {};
    for (const kind of CREDENTIAL_KINDS) {
      const { admitted, reason } = await platform.connect(kind);
      seen[kind] = admitted ? 'admitted' : (reason ?? 'refused');
      expectations[kind] = admitted === (kind === 'good');
    }
    const reasons = [...new Set(Object.values(LOGGED))];
    const look = async (): Promise<readonly string[]> => {
      const found = await Promise.all(
        reasons.map((reason) => platform.logged('connect', 'listener:mqtt', since, reason)),
      );
      return reasons.filter((_, i) => found[i] === true);
    };
    const all = (found: readonly string[]): boolean => found.length === reasons.length;
    const logged = await eventually(look, all, platform.patienceMs, signal);
    for (const reason of reasons) expectations[`the log says ${reason}`] = logged.includes(reason);
    return judge(expectations, { ...seen, logged });
  },
};
