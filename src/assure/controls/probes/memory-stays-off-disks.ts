import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Asks the platform what the operating system says of swap and core dumps: it looks each time it is asked. */
export const memoryStaysOffDisks: Control = {
  id: 'memory-stays-off-disks',
  row: 24,
  covers: 'part',
  statement:
    'what is in memory, keys and opened columns among it, gets to no disk by swap, core dump or files of queries',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-01'],
  probe: async (platform) => {
    const { exposures } = await platform.status();
    if (!Array.isArray(exposures)) return { outcome: 'fail', evidence: { exposures: null } };
    const kinds = exposures.map((exposure) => (exposure as { kind?: string }).kind);
    return judge(
      {
        'swap is encrypted, or not for the platform': !kinds.includes('swap'),
        'no process may leave a core dump': !kinds.includes('core-dump'),
        'files of queries are in memory': !kinds.includes('memory-files'),
      },
      { exposures },
    );
  },
};
