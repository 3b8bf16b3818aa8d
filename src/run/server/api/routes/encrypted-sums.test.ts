import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

test('POST /v1/encrypted-sums hands on what is asked', async (t) => {
  const asked: unknown[] = [];
  const encryptedSums: Services['encryptedSums'] = {
    add: async (_caller, view, column, purpose) => {
      asked.push([view, column, purpose]);
      return { count: 9, unreadable: 0, sum: 'AAAA', bytes: 3, milliseconds: 1.5 };
    },
  };
  const { call } = await openApi(t, { encryptedSums });
  const answer = await call('POST', '/v1/encrypted-sums', { body: { view: 'v', column: 'c', purpose: 'p' } });
  assert.deepEqual([answer.status, answer.json()['count'], asked], [200, 9, [['v', 'c', 'p']]]);
  assert.equal((await call('POST', '/v1/encrypted-sums', { body: { view: 'v' } })).status, 400);
});
