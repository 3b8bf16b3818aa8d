import { isToken } from '#base/crypto/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { rowsByCanary } from './probe-queries.ts';

/**
 * Sends one serial number twice and another once, then reads what was stored of them: a token each, the same for the
 * same number, and neither of the numbers.
 */
export const identifiersBecomeTokens: Control = {
  id: 'identifiers-become-tokens',
  row: 28,
  covers: 'part',
  statement:
    'identifiers are replaced by tokens on entry, the same for the same value, and the originals are not stored',
  requirements: ['gdpr:25', 'gdpr:32', 'iso-27001:A.8.11', 'nist-csf:PR.DS-01', 'etsi-en-303645:6-1'],
  probe: async (platform) => {
    const canary = platform.canary();
    const serials = [`${canary}-1`, `${canary}-1`, `${canary}-2`];
    const readings = serials.map((serial, n) => JSON.stringify({ n, canary: `${canary}/${n}`, serial }));
    const outcomes = await platform.publish('streams/_probe', readings);
    const rows = await rowsByCanary(platform, canary, 'canary, serial', serials.length);
    const [first = null, same = null, other = null] = rows.map((row) => row['serial']);
    return judge(
      {
        'the readings are taken': outcomes.every(({ code }) => code < 128),
        'each has a token': rows.length === 3 && [first, same, other].every(isToken),
        'the same number has the same token': first === same,
        'another number has another': first !== other,
        'neither number is stored': !JSON.stringify([first, same, other]).includes(canary),
      },
      { rows: rows.length, tokens: [first, same, other] },
    );
  },
};
