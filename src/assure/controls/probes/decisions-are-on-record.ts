import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Has one call allowed and one denied, and looks for both decisions in the log. */
export const decisionsAreOnRecord: Control = {
  id: 'decisions-are-on-record',
  row: 26,
  covers: 'part',
  statement: 'what is allowed and what is denied is decided by policy, and each decision stands in the log',
  requirements: ['iso-27001:A.5.15', 'iso-27001:A.8.15', 'nist-csf:PR.AA-05'],
  probe: async (platform) => {
    const since = platform.now();
    const allowed = await platform.call('GET', '/v1/segments/columns', null, 'prober');
    const denied = await platform.call('GET', '/v1/status', null, 'person');
    const allowedLogged = await platform.logged('prove', 'platform:*', since);
    const deniedLogged = await platform.logged('administer', 'platform:*', since);
    return judge(
      {
        'what is granted is allowed': allowed.status === 200,
        'what is not granted is denied': denied.status === 403,
        'the first decision is logged': allowedLogged,
        'the second decision is logged': deniedLogged,
      },
      { allowed: allowed.status, denied: denied.status, allowedLogged, deniedLogged },
    );
  },
};
