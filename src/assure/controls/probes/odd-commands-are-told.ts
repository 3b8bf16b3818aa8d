import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Is a device whose commands have their order and their hour, and then not; and one that hides a beacon in noise. */
export const oddCommandsAreTold: Control = {
  id: 'odd-commands-are-told',
  row: 38,
  covers: 'part',
  statement:
    'a command in another order or at another hour than ever is told, and not in its hour; so is a beacon hidden in noise',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-01', 'nist-csf:DE.AE-02'],
  probe: async (platform) => {
    const { watched, ...trial } = await platform.commandTrial();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { quiet, oddOrder, oddTime, usualAgain, beacon } = trial;
    return judge(
      {
        'in order and in time nothing is told': quiet,
        'another order is told, with what came after what':
          oddOrder?.sentence.includes('"close" after "close"') === true,
        'another hour is told, with what came when': oddTime?.sentence.includes('"open" at 03:00') === true,
        'the same in its hour is not': usualAgain,
        'a beacon in noise is told': beacon !== null,
      },
      { ...trial },
    );
  },
};
