import { minutes } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { countOf, findByCanary } from './probe-queries.ts';

/** Sends a canary through the whole path and searches the data directory for it, before and after sealing. */
export const canaryIsNotOnDisk: Control = {
  id: 'canary-is-not-on-disk',
  row: 24,
  covers: 'part',
  statement:
    'the plaintext of a stored reading is in no file of the data directory, journal, catalogue and log included',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-01', 'etsi-en-303645:5.4-1'],
  timeLimit: minutes(10),
  probe: async (platform, signal) => {
    const canary = platform.canary();
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1, canary }), JSON.stringify({ n: -1, canary })]);
    const found = countOf(await findByCanary(platform, canary, 1));
    const before = await platform.search(canary, signal);
    await platform.seal();
    const after = await platform.search(canary, signal);
    return judge(
      {
        'the reading is stored': found === 1,
        'there is something to search': before.bytes > 0 && after.bytes > 0,
        'the journal does not show it': before.hits.length === 0,
        'segments and quarantine do not show it': after.hits.length === 0,
      },
      {
        files: after.files,
        bytes: after.bytes,
        older: after.older,
        unreadable: after.unreadable,
        hits: [...new Set([...before.hits, ...after.hits])],
      },
    );
  },
};
