import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Looks at what each tier of detectors did, and holds it against what the template allows. */
export const tiersKeepTheirBudget: Control = {
  id: 'tiers-keep-their-budget',
  row: 46,
  covers: 'part',
  statement:
    'cheap detectors judge every reading; dearer ones no more than their share, with their time, what a sample says is missed, and what is shed',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-09'],
  probe: async (platform) => {
    const trial = await platform.tiers();
    if (trial === null) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { devices, suspicious, tiers, recall } = trial;
    const [cheap, first] = tiers;
    // Each device may have saved up some windows.
    const most = recall.sampled + suspicious * (cheap?.judged ?? 0) + SAVED * devices;
    return judge(
      {
        'each tier is counted': tiers.length > 1 && tiers.every(({ judged }) => Number.isFinite(judged)),
        'each tier has its time': tiers.every(({ busyMs }) => Number.isFinite(busyMs) && busyMs >= 0),
        'dearer tiers keep to their share': (first?.judged ?? Infinity) <= most,
        'what is missed is part of what was odd': recall.missed <= recall.odd && recall.odd <= recall.sampled,
        'a sample is drawn': (cheap?.judged ?? 0) < ENOUGH || (first?.judged ?? 0) === 0 || recall.sampled > 0,
      },
      { ...trial },
    );
  },
};

const SAVED = 16;
/** Readings of which some must be in the sample. */
const ENOUGH = 10_000;
