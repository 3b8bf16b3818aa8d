import type { Json } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ApiAnswer } from '../door-trials.ts';
import { rowsByCanary } from './probe-queries.ts';

/** What the prober is granted its own readings for, besides none. */
const PURPOSE = 'probe';
/** What it is granted readings with the number 1 for, and no others. */
const SHARE_PURPOSE = 'probe-share';
const DATASET = 'prober_purpose';

/** Asks for readings of its own with no purpose, which they need none of, for its own, for one that gives it fewer of them, and for one that nobody granted; freezes them for its own. */
export const purposesAreStated: Control = {
  id: 'purposes-are-stated',
  row: 35,
  covers: 'part',
  statement:
    'a statement for a purpose that is not granted is refused and on record, before anything is read, and one that is granted for some rows gives these alone; it stands in the answer and in what is frozen of it',
  requirements: ['gdpr:5', 'gdpr:25', 'iso-27001:A.5.34'],
  probe: async (platform) => {
    const since = platform.now();
    const canary = platform.canary();
    await platform.publish(
      'streams/_probe',
      [1, 2].map((n) => JSON.stringify({ n, canary })),
    );
    const rows = await rowsByCanary(platform, canary, 'n', 2);
    const sql = `SELECT n FROM _probe WHERE canary = '${canary}'`;
    const body = { sql, purpose: 'never-granted' };
    const { status, body: answer } = await platform.call('POST', '/v1/query', body, 'prober');
    const own = await platform.call('POST', '/v1/query', { sql, purpose: PURPOSE }, 'prober');
    const share = await platform.call('POST', '/v1/query', { sql, purpose: SHARE_PURPOSE }, 'prober');
    const frozen = await platform.call('POST', '/v1/datasets', { name: DATASET, sql, purpose: PURPOSE }, 'prober');
    await platform.call('POST', `/v1/datasets/${DATASET}/delete`, {}, 'prober');
    return judge(
      {
        'without a purpose it is answered': rows.length === 2,
        'the answer says what it is for': purposeOf(own) === PURPOSE,
        'for its own purpose it has all rows': numbersOf(own).length === 2,
        'for a purpose that gives fewer it has these': JSON.stringify(numbersOf(share)) === '[1]',
        'a dataset is bound to it': purposeOf(frozen) === PURPOSE,
        'for another purpose it is refused': status === 400 && !JSON.stringify(answer).includes('"rows"'),
        'the refusal is on record': await platform.logged('query', 'statement', since, 'purpose'),
      },
      {
        status,
        rows: rows.length,
        answered: purposeOf(own),
        own: numbersOf(own),
        frozen: purposeOf(frozen),
        share: numbersOf(share),
        // Why one of them was no answer, such as that it was asked too often.
        codes: [own, share, frozen].map(codeOf),
      },
    );
  },
};

/** The numbers of the rows of an answer; none where it is none. */
function numbersOf({ status, body }: ApiAnswer): number[] {
  const { rows = [] } =
    ((status < 300 ? body : null) as { readonly rows?: readonly { readonly n?: Json }[] } | null) ?? {};
  return rows.map(({ n }) => Number(n));
}

/** The status of an answer, and the code where it is none. */
function codeOf({ status, body }: ApiAnswer): string {
  const { code = null } = (body ?? {}) as { readonly code?: Json };
  return typeof code === 'string' ? `${status} ${code}` : String(status);
}

function purposeOf({ status, body }: ApiAnswer): Json {
  return status < 300 ? ((body as { readonly purpose?: Json } | null)?.purpose ?? null) : null;
}
