import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Sends a field that is as it was, then one that has drifted, with no reading that is unusual by itself. */
export const driftIsTold: Control = {
  id: 'drift-is-told',
  row: 41,
  covers: 'part',
  statement: 'a field that has drifted raises one alert that names it',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.AE-02'],
  probe: async (platform) => {
    const { watched, told, fields, sentence } = await platform.driftOwn();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    return judge(
      {
        'it is told once': told === 1,
        'the alert names the field': fields.includes('place') && (sentence ?? '').includes('place'),
      },
      { told, fields, sentence },
    );
  },
};
