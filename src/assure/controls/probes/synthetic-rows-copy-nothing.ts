import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Makes rows out of rows of its own, one of which stands alone, and compares them with those that were held back. */
export const syntheticRowsCopyNothing: Control = {
  id: 'synthetic-rows-copy-nothing',
  row: 32,
  covers: 'part',
  statement:
    'synthetic rows are no near-copies of rare ones, tell nobody’s membership, and have no effect before its cause',
  requirements: ['gdpr:25', 'iso-27001:A.8.33'],
  probe: async (platform) => {
    const trial = await platform.synthesisTrial();
    return judge(
      {
        'rows are made': trial.made > 0,
        'none is a near-copy of a rare row': trial.nearRare === 0,
        'who was learnt cannot be told': trial.membership < 0.65,
        'no effect comes before its cause': trial.effectsBeforeCause === 0,
      },
      { ...trial },
    );
  },
};
