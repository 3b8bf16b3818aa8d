import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Lets readings of its own go, while they are held and afterwards, and looks for any that should have gone, archives included. */
export const readingsGoUnlessHeld: Control = {
  id: 'readings-go-unless-held',
  row: 29,
  covers: 'part',
  statement:
    'what is kept no longer goes out of every answer and every archive, what is held or archived stays whole, and nothing is overdue',
  requirements: ['gdpr:5', 'iso-27001:A.8.10', 'nist-csf:PR.DS-01'],
  probe: async (platform) => {
    const { overdue, seen, heldStays, gone, archives } = await platform.letGo();
    return judge(
      {
        'it was there': seen,
        'what is held stays': heldStays,
        'it is gone once it is let go': gone,
        'nothing is overdue': overdue.length === 0,
        'archives can be looked at': archives.every(({ problem }) => problem === null),
        'what is archived is what was sealed': archives.every(({ damaged }) => damaged.length === 0),
        'what went is in no archive': archives.every(({ leftOver }) => leftOver.length === 0),
      },
      {
        overdue: overdue.slice(0, 20),
        archives: archives.map((one) => ({
          ...one,
          damaged: one.damaged.slice(0, 20),
          leftOver: one.leftOver.slice(0, 20),
        })),
      },
    );
  },
};
