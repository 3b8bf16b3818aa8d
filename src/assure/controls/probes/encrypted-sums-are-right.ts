import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Adds up values of its own that it encrypted, without any key, and opens the sum. */
export const encryptedSumsAreRight: Control = {
  id: 'encrypted-sums-are-right',
  row: 57,
  covers: 'part',
  statement:
    'values that stay encrypted are added up without a key to a millionth of their sum, with 128 bits of security',
  requirements: ['gdpr:25', 'gdpr:32', 'iso-27001:A.8.24'],
  probe: async (platform) => {
    const trial = await platform.fleetSumTrial();
    return judge(
      {
        'the parameters have 128 bits': trial.security >= 128,
        'sum, mean and variance are right': trial.error <= 1e-6,
        'another key opens nothing': trial.otherKey > 0.01,
      },
      { ...trial },
    );
  },
};
