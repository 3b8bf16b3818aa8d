import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Uses one certificate from two addresses of this machine at once, and looks for the event. */
export const clonesAreNoticed: Control = {
  id: 'clones-are-noticed',
  row: 4,
  covers: 'part',
  statement: 'one certificate in use from two addresses at once is an event in the log',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-01', 'etsi-en-303645:5.4-2'],
  probe: async (platform) => {
    const { first, second, noticed, quiet } = await platform.cloneOwn();
    if (first && !second) {
      return { outcome: 'not-applicable', evidence: { reason: 'this machine has no second address to connect from' } };
    }
    return judge(
      {
        'the device gets in': first,
        'two client ids at one address raise nothing': quiet,
        'two addresses are noticed': noticed,
      },
      { first, second, noticed, quiet },
    );
  },
};
