import type { Json } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ApiAnswer } from '../probe-platform.ts';
import { rowsByCanary } from './probe-queries.ts';

/** What the prober is granted its own readings for, besides none. */
const PURPOSE = 'probe';
const DATASET = 'prober_purpose';

/** Asks for readings of its own with no purpose, which they need none of, for its own, and for one that nobody granted; freezes them for its own. */
export const purposesAreStated: Control = {
  id: 'purposes-are-stated',
  row: 35,
  covers: 'part',
  statement:
    'a statement for a purpose that is not granted is refused and on record, before anything is read; one that is granted stands in the answer and in what is frozen of it',
  requirements: ['gdpr:5', 'gdpr:25', 'iso-27001:A.5.34'],
  probe: async (platform) => {
    const since = platform.now();
    const canary = platform.canary();
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1, canary })]);
    const rows = await rowsByCanary(platform, canary, 'n', 1);
    const sql = `SELECT n FROM _probe WHERE canary = '${canary}'`;
    const body = { sql, purpose: 'never-granted' };
    const { status, body: answer } = await platform.call('POST', '/v1/query', body, 'prober');
    const own = await platform.call('POST', '/v1/query', { sql, purpose: PURPOSE }, 'prober');
    const frozen = await platform.call('POST', '/v1/datasets', { name: DATASET, sql, purpose: PURPOSE }, 'prober');
    await platform.call('POST', `/v1/datasets/${DATASET}/delete`, {}, 'prober');
    return judge(
      {
        'without a purpose it is answered': rows.length === 1,
        'the answer says what it is for': purposeOf(own) === PURPOSE,
        'a dataset is bound to it': purposeOf(frozen) === PURPOSE,
        'for another purpose it is refused': status === 400 && !JSON.stringify(answer).includes('"rows"'),
        'the refusal is on record': await platform.logged('query', 'statement', since, 'purpose'),
      },
      { status, answered: purposeOf(own), frozen: purposeOf(frozen) },
    );
  },
};

function purposeOf({ status, body }: ApiAnswer): Json {
  return status < 300 ? ((body as { readonly purpose?: Json } | null)?.purpose ?? null) : null;
}
