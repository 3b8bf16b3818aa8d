import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Is a device that is tampered with, looks for an alert and an entry of each sign, and tries what contains it. */
export const tamperingIsContained: Control = {
  id: 'tampering-is-contained',
  row: 9,
  covers: 'part',
  statement:
    'an open case and a device that starts again and again are told, each by its name; a device is kept apart or cut off, and let go on',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-02', 'nist-csf:RS.MI-01', 'etsi-en-303645:5.4-2'],
  probe: async (platform) => {
    const trial = await platform.tamperOwn();
    const { watched, caseOpen, bootLoop, apart, cut, released } = trial;
    return judge(
      {
        // Without detection nobody looks at signs; a device can be contained all the same.
        ...(watched && { 'an open case is told': caseOpen, 'starting again and again is told': bootLoop }),
        'readings are kept apart, and the device may stay': apart,
        'a device that is cut off is not let in': cut,
        'it goes on once it is enabled': released,
      },
      { ...trial },
    );
  },
};
