import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Asks the platform whether the operating system confines its query processes; it tries this at each start. */
export const queriesAreConfined: Control = {
  id: 'queries-are-confined',
  row: 34,
  covers: 'part',
  statement:
    'query processes run without network, without other processes in sight and with a file system of their own',
  requirements: ['iso-27001:A.8.22', 'nist-csf:PR.IR-01'],
  probe: async (platform) => {
    const { queries } = await platform.status();
    const { confined, reason } = (queries ?? {}) as { confined?: boolean; reason?: string | null };
    return judge(
      { 'query processes are confined': confined === true },
      { confined: confined ?? null, reason: reason ?? null },
    );
  },
};
