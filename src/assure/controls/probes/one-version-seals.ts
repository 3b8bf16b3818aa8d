import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { KnownKey } from '../stored-trials.ts';

/** Looks at every version of every key as the platform has them now. */
export const oneVersionSeals: Control = {
  id: 'one-version-seals',
  row: 25,
  covers: 'part',
  statement:
    'at most one version of a key seals, nothing hangs on a retired one, and none is used more often than its standard allows',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-01'],
  probe: async (platform) => {
    const keys = await platform.keys();
    const active = keys.filter(({ state }) => state === 'active');
    const names = active.map(({ kind, name }) => `${kind} ${name}`);
    const held = keys.filter(({ state, holds }) => state === 'retired' && (holds ?? 0) > 0);
    const spent = keys.filter(({ uses, limit }) => uses !== null && limit !== null && uses >= limit);
    return judge(
      {
        'there are keys': active.some(({ kind }) => kind === 'root') && active.some(({ kind }) => kind === 'epoch'),
        'one version of each seals': new Set(names).size === names.length,
        'nothing hangs on a retired version': held.length === 0,
        'none has reached its bound': spent.length === 0,
      },
      { keys: keys.length, active: active.length, held: held.map(called), spent: spent.map(called) },
    );
  },
};

function called({ kind, name, version }: KnownKey): string {
  return [kind, name, version].filter((part) => part !== '').join(' ');
}
