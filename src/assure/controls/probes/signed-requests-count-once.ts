import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Sends a request unsigned, signed, the same again, and with a signature that was made for another one. */
export const signedRequestsCountOnce: Control = {
  id: 'signed-requests-count-once',
  row: 15,
  covers: 'part',
  statement: 'where requests must be signed, one that is unsigned, altered or replayed is refused',
  requirements: ['iso-27001:A.8.26', 'nist-csf:PR.DS-02'],
  probe: async (platform) => {
    const trial = await platform.signatures();
    if (trial === null) {
      return {
        outcome: 'not-applicable',
        evidence: { reason: 'the template does not ask for signatures of requests to `administer`' },
      };
    }
    const { unsigned, signed, replayed, altered } = trial;
    return judge(
      {
        'an unsigned request is refused': unsigned === 403,
        'a signed one is taken': signed === 200,
        'the same once more is refused': replayed === 403,
        'a signature of another request is refused': altered === 403,
      },
      { unsigned, signed, replayed, altered },
    );
  },
};
