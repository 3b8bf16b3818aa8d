import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { CREDENTIAL_KINDS } from '../probe-platform.ts';

/** Shows every kind of wrong certificate to the device listener, and the right one. */
export const mtlsRefusesStrangers: Control = {
  id: 'mtls-refuses-strangers',
  row: 1,
  covers: 'part',
  statement: 'only a device with a valid certificate of this platform, known and enabled, gets a session',
  requirements: ['gdpr:32', 'iso-27001:A.8.5', 'nist-csf:PR.AA-03', 'etsi-en-303645:5.5-1'],
  probe: async (platform) => {
    const seen: Record<string, string> = {};
    const expectations: Record<string, boolean> = {};
    for (const kind of CREDENTIAL_KINDS) {
      const { admitted, reason } = await platform.connect(kind);
      seen[kind] = admitted ? 'admitted' : (reason ?? 'refused');
      expectations[kind] = admitted === (kind === 'good');
    }
    return judge(expectations, seen);
  },
};
