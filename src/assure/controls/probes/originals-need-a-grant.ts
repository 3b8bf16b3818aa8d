import type { Json } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ApiAnswer, ProbeCaller } from '../door-trials.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { rowsByCanary } from './probe-queries.ts';

const GRANTED = { view: '_probe', column: 'code', purpose: 'probe' };

/** Who has no grant: the prober for another purpose than its own, and everybody else. */
const UNGRANTED: readonly (readonly [as: ProbeCaller, purpose: string])[] = [
  ['prober', 'never-granted'],
  ['person', 'probe'],
  ['device', 'probe'],
  ['nobody', 'probe'],
];

/** Sends an identifier whose token has a way back, takes the token back with a grant, and asks without one as four callers. */
export const originalsNeedAGrant: Control = {
  id: 'originals-need-a-grant',
  row: 28,
  covers: 'part',
  statement:
    'who sees tokens learns nothing of what they stand for without a grant of their own; with one an original comes back, and the log says so for each value',
  requirements: ['gdpr:25', 'gdpr:32', 'iso-27001:A.8.11', 'nist-csf:PR.AA-05'],
  probe: async (platform) => {
    const since = platform.now();
    const canary = platform.canary();
    const original = String(10_000_000 + (Number.parseInt(canary.slice(-6), 16) || 0));
    const [outcome] = await platform.publish('streams/_probe', [JSON.stringify({ n: 1, canary, code: original })]);
    const rows = await rowsByCanary(platform, canary, 'canary, code', 1);
    const token = rows[0]?.['code'] ?? null;
    const asked = { tokens: [token ?? 'none'] };
    const back = await platform.call('POST', '/v1/tokens/originals', { ...GRANTED, ...asked }, 'prober');
    const there = await platform.call('POST', '/v1/tokens', { ...GRANTED, originals: [original] }, 'prober');
    const told = await toldWithout(platform, original, asked);
    return judge(
      {
        'the reading is taken': (outcome?.code ?? 255) < 128 && rows.length === 1,
        'a token of the same format is stored':
          typeof token === 'string' && /^[0-9]{8}$/.test(token) && token !== original,
        'with a grant the original comes back': valueOf(back, 'original') === original,
        'with a grant the token is made again': valueOf(there, 'token') === token,
        'that is on record': await platform.logged('detokenise', 'view:_probe', since),
        'nobody else is told': told.length === 0,
      },
      { token, told },
    );
  },
};

/** Both ways between tokens and originals, as everybody without a grant: who was told something. */
async function toldWithout(
  platform: ProbePlatform,
  original: string,
  asked: { readonly tokens: readonly Json[] },
): Promise<string[]> {
  const told: string[] = [];
  for (const [as, purpose] of UNGRANTED) {
    for (const [path, body] of [
      ['/v1/tokens/originals', { ...GRANTED, purpose, ...asked }],
      ['/v1/tokens', { ...GRANTED, purpose, originals: [original] }],
    ] as const) {
      const { status } = await platform.call('POST', path, body, as);
      if (status !== (as === 'nobody' ? 401 : 403)) told.push(`${as} ${path} for ${purpose}: ${status}`);
    }
  }
  return told;
}

function valueOf({ body }: ApiAnswer, name: 'original' | 'token'): Json {
  const { values = [] } = (body ?? {}) as { values?: Readonly<Record<string, Json>>[] };
  return values[0]?.[name] ?? null;
}
