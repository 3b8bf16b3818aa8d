import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Within this a withdrawal counts everywhere. */
const WITHIN_MS = 1_000;

/**
 * Records a consent of a made-up person to each stream that asks for it, asks every worker of the gateway before and
 * after, checks the receipt, and withdraws it.
 */
export const consentIsAsked: Control = {
  id: 'consent-is-asked',
  row: 85,
  covers: 'part',
  statement:
    'readings that are there by consent are taken while it stands and no longer, are out of use at once when it is withdrawn, and the receipt verifies',
  requirements: ['gdpr:6', 'gdpr:7', 'gdpr:25', 'iso-27001:A.5.34', 'etsi-en-303645:6-2', 'etsi-en-303645:6-3'],
  probe: async (platform) => {
    const trials = await platform.consentTrial();
    if (trials.length === 0) {
      return { outcome: 'not-applicable', evidence: { why: 'no stream of the template is there by consent' } };
    }
    const every = (test: (trial: (typeof trials)[number]) => boolean): boolean => trials.every(test);
    return judge(
      {
        'without consent nothing is taken': every(({ askedFirst }) => askedFirst),
        'with it readings are taken': every(({ taken }) => taken),
        'the receipt verifies': every(({ receipt }) => receipt),
        'a withdrawal counts within a second': every(({ endedAfterMs }) => (endedAfterMs ?? Infinity) < WITHIN_MS),
        'what is there is out of use': every(({ hidden }) => hidden),
        'both are logged without a name': every(({ logged }) => logged),
      },
      { trials: trials.map((trial) => ({ ...trial })) },
    );
  },
};
