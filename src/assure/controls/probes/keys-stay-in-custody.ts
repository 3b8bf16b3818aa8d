import { minutes } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/**
 * Has a reading sealed, and searches the data directory and what running processes hold open for the bytes of the keys
 * that open it; then looks who else may read what the root key and the operator's credential are kept in.
 */
export const keysStayInCustody: Control = {
  id: 'keys-stay-in-custody',
  row: 8,
  covers: 'part',
  statement: 'no key that opens readings lies in a file in clear, and what keys are kept in is for its owner alone',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-01', 'etsi-en-303645:5.4-1'],
  timeLimit: minutes(10),
  probe: async (platform, signal) => {
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1, canary: platform.canary() })]);
    await platform.seal();
    const { keys, custody, files, bytes, older, unreadable, hits, open } = await platform.searchKeys(signal);
    return judge(
      {
        'there are keys to look for': keys > 0,
        'there is something to search': bytes > 0,
        'no file shows them': hits.length === 0,
        'files of keys are closed to others': open.length === 0,
      },
      { custody, keys, files, bytes, older, unreadable, hits: [...hits], open: [...open] },
    );
  },
};
