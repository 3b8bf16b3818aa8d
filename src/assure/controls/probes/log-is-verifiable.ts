import { minutes } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Verifies the log with nothing but its files and public key, then a copy in which one byte was changed. */
export const logIsVerifiable: Control = {
  id: 'log-is-verifiable',
  row: 31,
  covers: 'part',
  statement: 'the log verifies from its files and public key alone, and a changed byte in it is found',
  requirements: ['gdpr:30', 'iso-27001:A.8.15', 'nist-csf:PR.PS-04', 'etsi-en-303645:5.7-1'],
  timeLimit: minutes(10),
  probe: async (platform, signal) => {
    const { entries, verified, reason, tamperDetected } = await platform.verifyLog(signal);
    return judge(
      { 'there are entries': entries > 0, 'the log verifies': verified, 'a changed byte is found': tamperDetected },
      { entries, reason },
    );
  },
};
