import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Calls of each kind: what is read, changed, proved and asked. None of them may be answered without a decision. */
const CALLS: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/v1/status'],
  ['GET', '/v1/devices'],
  ['POST', '/v1/devices/_probe/disable'],
  ['GET', '/v1/users'],
  ['GET', '/v1/audit/entries'],
  ['GET', '/v1/quarantine'],
  ['GET', '/v1/segments/columns'],
];

/** Calls routes from inside the network: without a credential, as a device, and as a person without a role. */
export const everyCallIsDecided: Control = {
  id: 'every-call-is-decided',
  row: 97,
  covers: 'part',
  statement:
    'a call from inside the network without identity, by a device or by somebody without a grant is refused, whatever it is for',
  requirements: ['nist-csf:PR.AA-05', 'iso-27001:A.5.15', 'iso-27001:A.8.3'],
  probe: async (platform) => {
    const answered: string[] = [];
    let strangers = 0;
    for (const [method, path] of CALLS) {
      const body = method === 'POST' ? {} : null;
      const nobody = await platform.call(method, path, body, 'nobody');
      if (nobody.status === 401) strangers++;
      for (const as of ['device', 'person'] as const) {
        const { status } = await platform.call(method, path, body, as);
        if (status !== 401 && status !== 403) answered.push(`${as} ${method} ${path}: ${status}`);
      }
    }
    return judge(
      { 'nobody is asked who they are': strangers === CALLS.length, 'nothing is answered': answered.length === 0 },
      { calls: CALLS.length, strangers, answered },
    );
  },
};
