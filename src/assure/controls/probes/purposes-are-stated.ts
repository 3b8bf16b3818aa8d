import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { rowsByCanary } from './probe-queries.ts';

/** Asks for readings of its own with no purpose, which they need none of, and for one that nobody granted. */
export const purposesAreStated: Control = {
  id: 'purposes-are-stated',
  row: 35,
  covers: 'part',
  statement: 'a statement for a purpose that is not granted is refused and on record, before anything is read',
  requirements: ['gdpr:5', 'gdpr:25', 'iso-27001:A.5.34'],
  probe: async (platform) => {
    const since = platform.now();
    const canary = platform.canary();
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1, canary })]);
    const rows = await rowsByCanary(platform, canary, 'n', 1);
    const body = { sql: `SELECT n FROM _probe WHERE canary = '${canary}'`, purpose: 'never-granted' };
    const { status, body: answer } = await platform.call('POST', '/v1/query', body, 'prober');
    return judge(
      {
        'without a purpose it is answered': rows.length === 1,
        'for another purpose it is refused': status === 400 && !JSON.stringify(answer).includes('"rows"'),
        'the refusal is on record': await platform.logged('query', 'statement', since, 'purpose'),
      },
      { status },
    );
  },
};
