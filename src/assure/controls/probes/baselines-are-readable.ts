import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Sends usual readings and reads what is normal for their device. */
export const baselinesAreReadable: Control = {
  id: 'baselines-are-readable',
  row: 37,
  covers: 'part',
  statement: 'what is normal for a device can be read, with how sure that is, after a stated number of readings',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-01'],
  probe: async (platform) => {
    const trial = await platform.watchOwn();
    if (!trial.watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { baseline } = trial;
    return judge(
      {
        'there is a baseline': baseline !== null,
        'its detectors are armed': baseline?.armed === true,
        'it says how sure it is': baseline?.sure === true,
        'it has the fields': (baseline?.fields ?? 0) > 0,
      },
      { baseline },
    );
  },
};
