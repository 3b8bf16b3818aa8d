import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Speaks to sixteen peers at no steady pace, and then calls one more as command and control does. */
export const channelsAreJudged: Control = {
  id: 'channels-are-judged',
  row: 39,
  covers: 'part',
  statement:
    'a peer that a device calls at a steady beat, as command and control does, is told with its name and why; peers that are spoken to otherwise are not',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-01', 'nist-csf:DE.AE-02'],
  probe: async (platform) => {
    const { watched, ...trial } = await platform.channelTrial();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { quiet, peer, told, channels } = trial;
    return judge(
      {
        'other peers are not told': quiet && channels <= 1,
        'the one that is called so is': told !== null,
        'it is named, with its beat':
          told !== null && new RegExp(`${RegExp.escape(peer)} .*every \\d`).test(told.sentence),
        'flows are shown': (told?.evidence ?? 0) > 0,
      },
      { ...trial },
    );
  },
};
