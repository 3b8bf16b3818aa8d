import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** A target that could not be reached for so long has kept what was erased too long. */
const MOST_HOURS_BEHIND = 24;

/** Looks at every place that the platform is backed up to, as it lies there. */
export const backupsAreWhole: Control = {
  id: 'backups-are-whole',
  row: 30,
  covers: 'part',
  statement: 'every backup is signed, whole as far as a sample shows, and opens nothing whose key was destroyed',
  requirements: ['gdpr:32', 'iso-27001:A.8.13', 'nist-csf:PR.DS-11'],
  probe: async (platform) => {
    const trials = await platform.backupTrial();
    if (trials.length === 0) return { outcome: 'not-applicable', evidence: { why: 'there is no backup' } };
    return judge(
      {
        'each is there and signed': trials.every(({ problem }) => problem === null),
        'what was read of each is as it was stored': trials.every(({ damaged }) => damaged.length === 0),
        'one flipped bit is found': trials.every(({ flipFound }) => flipFound),
        'no key that was destroyed here is there': trials.every(({ destroyedKeys }) => destroyedKeys.length === 0),
        'erasures reached each': trials.every(({ behindHours }) => (behindHours ?? 0) < MOST_HOURS_BEHIND),
      },
      {
        targets: trials.map(({ target, problem, ageHours, sampled, damaged, behindHours }) => ({
          target,
          problem,
          ageHours: ageHours === null ? null : Math.round(ageHours),
          sampled,
          damaged: damaged.slice(0, 5),
          behindHours: behindHours === null ? null : Math.round(behindHours),
        })),
      },
    );
  },
};
