import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Sends one wild reading and reads the alert. */
export const alertsExplainThemselves: Control = {
  id: 'alerts-explain-themselves',
  row: 45,
  covers: 'part',
  statement:
    'what is unusual is told within seconds, with the field that made it so, what is usual, the reading, one that is like it, and what would have been no alert',
  requirements: ['iso-27001:A.5.25', 'nist-csf:DE.AE-02', 'nist-csf:DE.CM-01'],
  probe: async (platform) => {
    const trial = await platform.watchOwn();
    if (!trial.watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { alert } = trial;
    return judge(
      {
        'it is told': alert !== null,
        'the cause is the field that was wild': alert?.cause === 'n' && alert.value === alert.evidence,
        'what is usual is not what was sent': (alert?.usual?.[1] ?? Infinity) < (alert?.value ?? 0),
        'a usual reading is shown': (alert?.nearest ?? Infinity) < (alert?.value ?? 0),
        'it says what would have passed': (alert?.wouldPass ?? Infinity) < (alert?.value ?? 0),
        'it says so in words': (alert?.sentence ?? '').includes('n of _probe'),
      },
      { alert },
    );
  },
};
