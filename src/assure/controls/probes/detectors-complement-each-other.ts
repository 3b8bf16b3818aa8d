import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** What only a model of all fields together sees. */
const LEARNT = ['principal-components', 'nearest-neighbours'];

/** The fields that then no longer go together. */
const FLOWS = ['inflow', 'outflow'];

/** Is a device with a wild value, one whose fields no longer go together, and one that breaks a rule. */
export const detectorsComplementEachOther: Control = {
  id: 'detectors-complement-each-other',
  row: 42,
  covers: 'part',
  statement:
    'statistics, models that are learnt, an ensemble of them and rules each tell what is theirs, and say which of them it was',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-09', 'nist-csf:DE.AE-03'],
  probe: async (platform) => {
    const { watched, ...trial } = await platform.kindsTrial();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { quiet, statistics, learnt, ensemble, rule } = trial;
    return judge(
      {
        'what is usual is told by none': quiet,
        'a wild value is told by statistics': statistics?.by.includes('robust-z') === true,
        'fields that do not go together are told by a model':
          learnt?.by.some((name) => LEARNT.includes(name)) === true && !learnt.by.includes('robust-z'),
        'the ensemble of series tells it, too, and of which field it was':
          ensemble?.by.includes('series-ensemble') === true && FLOWS.includes(ensemble.field ?? ''),
        'what breaks a rule is told by the rule': (rule?.rule ?? '') !== '',
      },
      { ...trial },
    );
  },
};
