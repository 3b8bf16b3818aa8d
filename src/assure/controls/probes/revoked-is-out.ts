import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** The bound that is published: from the answer to a revocation to the end of a live session. */
const WITHIN_MS = 1_000;

/**
 * Gives the device `_probe` a further certificate, opens sessions with it and with another, takes it back, and looks:
 * its session has to end, it may not come back over MQTT or HTTPS, lists have to name it, and the other one stays.
 */
export const revokedIsOut: Control = {
  id: 'revoked-is-out',
  row: 3,
  covers: 'part',
  statement:
    'a revoked certificate loses its live session within a second, is refused from then on, stands in the signed lists, and takes no other session of its device with it',
  requirements: ['iso-27001:A.5.18', 'nist-csf:PR.AA-05', 'etsi-en-303645:5.5-1'],
  probe: async (platform) => {
    const seen = await platform.revokeOwn();
    return judge(
      {
        'it was let in before': seen.admittedBefore,
        'its session ends': seen.endedAfterMs !== null,
        'within a second': (seen.endedAfterMs ?? Infinity) <= WITHIN_MS,
        'it is not let in again': !seen.admittedAfter,
        'its requests are refused': seen.requestAfter === 403,
        'the log says revoked': seen.logged,
        'the whole list names it': seen.inWholeList,
        'the delta names it': seen.inDelta,
        'OCSP calls it revoked': seen.ocsp === 'revoked',
        'another certificate of the device stays': seen.otherStays,
      },
      { ...seen },
    );
  },
};
