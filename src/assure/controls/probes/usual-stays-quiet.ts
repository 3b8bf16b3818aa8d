import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** What is likely at most is worked out once, and the limit moves a little until it is again. */
const BUDGET_SLACK = 1.1;

/** Sends usual readings and looks whether anything is told. */
export const usualStaysQuiet: Control = {
  id: 'usual-stays-quiet',
  row: 44,
  covers: 'part',
  statement: 'readings that are usual raise no alert, and limits say that they keep their budget of false alarms',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.AE-02'],
  probe: async (platform) => {
    const trial = await platform.watchOwn();
    if (!trial.watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { quiet, alert } = trial;
    return judge(
      {
        'usual readings raise nothing': quiet,
        'limits keep the budget': (alert?.likely ?? Infinity) <= BUDGET_SLACK * (alert?.budget ?? 0),
      },
      { quiet, likely: alert?.likely ?? null, budget: alert?.budget ?? null },
    );
  },
};
