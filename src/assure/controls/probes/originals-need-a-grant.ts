import type { Control } from '../control.ts';
import { judge } from '../control.ts';

const PLACE = { view: '_probe', column: 'serial', purpose: 'probe' };

/** Both ways between tokens and originals. */
const CALLS: readonly (readonly [path: string, body: object])[] = [
  ['/v1/tokens/originals', { ...PLACE, tokens: ['t1-aaaaaaaaaaaaaaaa'] }],
  ['/v1/tokens', { ...PLACE, originals: ['probe'] }],
];

/** Asks for originals and for tokens of originals as the prober, as a device, as a person without a role, as nobody. */
export const originalsNeedAGrant: Control = {
  id: 'originals-need-a-grant',
  row: 28,
  covers: 'part',
  statement: 'who sees tokens learns nothing of what they stand for without a grant of their own',
  requirements: ['gdpr:25', 'gdpr:32', 'iso-27001:A.8.11', 'nist-csf:PR.AA-05'],
  probe: async (platform) => {
    const told: string[] = [];
    for (const [path, body] of CALLS) {
      for (const as of ['prober', 'person', 'device', 'nobody'] as const) {
        const { status } = await platform.call('POST', path, body as never, as);
        if (status !== (as === 'nobody' ? 401 : 403)) told.push(`${as} ${path}: ${status}`);
      }
    }
    return judge({ 'nobody is told': told.length === 0 }, { calls: CALLS.length, told });
  },
};
