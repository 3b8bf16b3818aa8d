import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Sends flows that the prober's profile allows, and one that it does not. */
export const flowsKeepToTheirProfile: Control = {
  id: 'flows-keep-to-their-profile',
  row: 39,
  covers: 'part',
  statement:
    'a flow that the MUD profile of its device does not allow is told with peer and port, and what it allows is not',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-01'],
  probe: async (platform) => {
    const { watched, ...trial } = await platform.flowTrial();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { quiet, port, violation } = trial;
    return judge(
      {
        'what is allowed is not told': quiet,
        'what is not allowed is told': violation !== null,
        'it says which port': (violation?.sentence ?? '').includes(`port ${port}`),
        'the flow is shown': (violation?.evidence ?? 0) > 0,
      },
      { ...trial },
    );
  },
};
