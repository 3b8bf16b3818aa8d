import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Lets the device `_probe` be known by what it sends, and another kind of device speak in its name. */
export const strangersAreNoticed: Control = {
  id: 'strangers-are-noticed',
  row: 6,
  covers: 'part',
  statement: 'another kind of device behind known credentials is told within 96 readings, and the device itself is not',
  requirements: ['iso-27001:A.8.16', 'nist-csf:PR.AA-03', 'etsi-en-303645:5.4-2'],
  probe: async (platform) => {
    const { watched, itself, strangerAfter } = await platform.strangerTrial();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    return judge(
      {
        'the device itself is not taken for another': itself === 0,
        'another is told': strangerAfter !== null && strangerAfter <= MOST_READINGS,
      },
      { itself, strangerAfter },
    );
  },
};

/** Three windows of behaviour: one may have begun before. */
const MOST_READINGS = 96;
