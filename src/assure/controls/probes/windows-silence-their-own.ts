import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Sends what is unusual under a window for something else, and under one of its own. */
export const windowsSilenceTheirOwn: Control = {
  id: 'windows-silence-their-own',
  row: 43,
  covers: 'part',
  statement: 'a maintenance window silences what happens in its scope and nothing else',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.AE-02'],
  probe: async (platform) => {
    const trial = await platform.watchOwn();
    if (!trial.watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { otherWindowLeaves, windowSilences } = trial;
    return judge(
      {
        'a window for something else leaves it': otherWindowLeaves,
        'a window of its own silences it': windowSilences,
      },
      { otherWindowLeaves, windowSilences },
    );
  },
};
