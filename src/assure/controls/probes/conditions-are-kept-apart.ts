import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Is a machine that runs and stands, and shows the load of running while it runs and while it stands. */
export const conditionsAreKeptApart: Control = {
  id: 'conditions-are-kept-apart',
  row: 43,
  covers: 'part',
  statement: 'what is usual under one operating state or calendar is told outside of it, and not inside',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.AE-02'],
  probe: async (platform) => {
    const { watched, inside, outside } = await platform.conditionTrial();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    return judge(
      { 'inside its condition it is not told': inside === 0, 'outside of it, it is': outside > 0 },
      { inside, outside },
    );
  },
};
