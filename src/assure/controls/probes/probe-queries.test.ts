import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soundPlatform } from '../testing.ts';
import { countOf, findByCanary } from './probe-queries.ts';

test('findByCanary() asks again until the rows are visible', async () => {
  let asked = 0;
  const platform = soundPlatform({
    patienceMs: 60_000,
    query: async () => ({ status: 200, body: [{ n: ++asked < 3 ? 0 : 2 }] }),
  });
  assert.equal(countOf(await findByCanary(platform, 'c', 2)), 2);
  assert.equal(asked, 3);
});

test('countOf() tells an answer without rows from a count of none', () => {
  assert.equal(countOf({ status: 200, body: [{ n: 0 }] }), 0);
  assert.equal(countOf({ status: 403, body: { code: 'X' } }), -1);
  assert.equal(countOf({ status: 200, body: [] }), -1);
});
