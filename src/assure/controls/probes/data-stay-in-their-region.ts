import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Scans every store that segments may lie in for those that have to stay elsewhere, and asks as somebody outside. */
export const dataStayInTheirRegion: Control = {
  id: 'data-stay-in-their-region',
  row: 36,
  covers: 'whole',
  statement:
    'no segment lies in a store or backup of another region, and nobody outside is shown what has to stay, in answers, alerts or webhooks',
  requirements: ['gdpr:44', 'iso-27001:A.5.34'],
  probe: async (platform) => {
    const { regions, stores, leaks, told } = await platform.regionTrial();
    if (regions.length === 0) return { outcome: 'not-applicable', evidence: { why: 'no region is declared' } };
    return judge(
      {
        'every store was scanned': stores.every(({ problem }) => problem === null),
        'no segment lies elsewhere': stores.every(({ strays }) => strays.length === 0),
        'nobody outside is shown what has to stay': leaks.length === 0,
        'no alert of it is shown or sent outside': told.length === 0,
      },
      {
        regions: [...regions],
        stores: stores.map(({ place, region, scanned, strays, problem }) => ({
          place,
          region,
          scanned,
          strays: strays.slice(0, 5),
          problem,
        })),
        leaks: leaks.slice(0, 20),
        told: told.slice(0, 20),
      },
    );
  },
};
