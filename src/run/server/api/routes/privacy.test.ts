import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

/** Stands in for the budgets, which are tested by themselves. */
const privacy: Services['privacy'] = {
  list: async () => [
    {
      stream: 'climate',
      views: ['shared'],
      epsilon: 2,
      delta: 1e-6,
      answers: 3,
      lifetime: 1.5,
      periods: [
        { start: 1_000_000, finish: null, spent: 1.2, left: 0.5, shares: [{ share: '*', spent: 1.2, left: 0.5 }] },
      ],
    },
  ],
};

test('GET /v1/privacy shows budgets with their periods', async (t) => {
  const { call } = await openApi(t, { privacy });
  const answer = (await call('GET', '/v1/privacy')).json();
  const budgets = answer['budgets'] as { periods: { start: string; finish: null }[] }[];
  assert.deepEqual(budgets[0]?.periods[0]?.start, '1970-01-01T00:00:01Z');
  assert.equal(budgets[0]?.periods[0]?.finish, null);
});
