import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Marks an alert as a false alarm, sends the same again, takes the mark back, and sends it once more. */
export const falseAlarmsStop: Control = {
  id: 'false-alarms-stop',
  row: 48,
  covers: 'part',
  statement: 'what is marked as a false alarm is not told again, until that is taken back',
  requirements: ['iso-27001:A.5.25', 'nist-csf:ID.IM-03'],
  probe: async (platform) => {
    const trial = await platform.watchOwn();
    if (!trial.watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { muteSilences, revertTells } = trial;
    return judge(
      {
        'the same again is not told': muteSilences,
        'taken back, it is': revertTells,
      },
      { muteSilences, revertTells },
    );
  },
};
