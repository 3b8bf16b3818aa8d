import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Is two devices with one identity: at two addresses, with two counters, under two names; and looks for the events. */
export const clonesAreNoticed: Control = {
  id: 'clones-are-noticed',
  row: 4,
  covers: 'part',
  statement:
    'one identity in use by two is an event in the log: at two addresses over MQTT or HTTPS, by two counters, by one key under two names',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-01', 'etsi-en-303645:5.4-2'],
  probe: async (platform) => {
    const trial = await platform.cloneOwn();
    const { first, second, quiet, noticed, noticedOverHttps, countersNoticed, keyNoticed } = trial;
    const verdicts = {
      'the device gets in': first,
      'two client ids at one address raise nothing': quiet,
      'two counters that take turns are noticed': countersNoticed,
      'one key under two names is noticed': keyNoticed,
      // A machine without a second address cannot be in two places.
      ...(second && {
        'two addresses are noticed': noticed,
        'two addresses over HTTPS are noticed': noticedOverHttps,
      }),
    };
    return judge(verdicts, { ...trial });
  },
};
