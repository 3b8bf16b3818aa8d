import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Looks again for persons who were erased, at requests that wait, and at how corrections are judged. */
export const erasedStaysErased: Control = {
  id: 'erased-stays-erased',
  row: 84,
  covers: 'part',
  statement:
    'nothing is found of persons whose erasure was certified lately, whoever asked to be hidden is, no request is past its time, and corrections take nothing that a reading may not bring',
  requirements: ['gdpr:12', 'gdpr:16', 'gdpr:17', 'gdpr:18'],
  probe: async (platform) => {
    const { requests, looked, remains, shown, overdue } = await platform.rightsTrial();
    const { tried, wrong } = await platform.correctionTrial();
    return judge(
      {
        'what was erased is found nowhere': remains.length === 0,
        'who asked to be hidden is': shown.length === 0,
        'no request is past its time': overdue.length === 0,
        'corrections are judged as readings are': wrong.length === 0,
      },
      {
        requests,
        looked,
        remains: [...remains],
        shown: [...shown],
        overdue: [...overdue],
        corrections: tried,
        wronglyJudged: [...wrong],
      },
    );
  },
};
