import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import { QueryError } from '#flow/query/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import type { Queries } from '../api/services.ts';
import { tryPrivacy } from './try-privacy.ts';

const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams: { s: { from: d, purposes: [care], fields: { x: { type: number, range: [0, 1] } }, privacy: { epsilon: 1 } } }
views: { v: { from: s, sql: select x from s, private: true } }
people: { clerk: { query: all, purposes: [care] } }
`);

const budget = { stream: 's', views: ['v'], epsilon: 1, delta: 1e-6, answers: 0, periods: [] };

function parts(codes: readonly (string | null)[], lifetimes: readonly number[] = [0, 0]) {
  const asked: unknown[] = [];
  const left = [...lifetimes];
  const run: Queries['run'] = async (_caller, { sql, purpose, epsilon }) => {
    asked.push([sql, purpose, epsilon]);
    const code = codes[asked.length - 1] ?? null;
    if (code !== null) throw new QueryError(code as 'QUERY_REFUSED', 'no');
    return { contentType: '', parts: (async function* () {})(), headers: {} };
  };
  const privacy = { list: async () => [{ ...budget, lifetime: left.shift() ?? 0 }] };
  return {
    asked,
    parts: { template: () => TEMPLATE, decisions: new DecisionPoint(), queries: { run }, privacy, actor: 'a' },
  };
}

test('tryPrivacy() asks for rows and for more than there is, as a role that may', async () => {
  const sound = parts(['QUERY_REFUSED', 'QUERY_BUDGET_SPENT']);
  assert.deepEqual(await tryPrivacy(sound.parts), [
    { view: 'v', stream: 's', rows: 'QUERY_REFUSED', beyond: 'QUERY_BUDGET_SPENT', spent: 0, open: false },
  ]);
  assert.deepEqual(sound.asked, [
    ['SELECT * FROM v', 'care', undefined],
    ['SELECT count(*) FROM v', 'care', 20],
  ]);
});

test('tryPrivacy() says what was answered, and what it cost', async () => {
  const [trial] = await tryPrivacy(parts([null, null], [0.5, 0.75]).parts);
  assert.deepEqual([trial?.rows, trial?.beyond, trial?.spent], ['answered', 'answered', 0.25]);
});
