import { minutes } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Raises several alerts and looks whether they are one incident. */
export const alertsBecomeIncidents: Control = {
  id: 'alerts-become-incidents',
  row: 49,
  covers: 'part',
  statement: 'alerts of one device that follow each other are one incident',
  requirements: ['iso-27001:A.5.25', 'nist-csf:DE.AE-03'],
  timeLimit: minutes(2),
  probe: async (platform) => {
    const trial = await platform.watchOwn();
    if (!trial.watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { incident } = trial;
    return judge(
      {
        'they are one incident': incident,
      },
      { incident },
    );
  },
};
