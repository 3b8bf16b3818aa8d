import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Release } from '../../control/release-desk.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

const GROUPS = { rows: 9, groups: 1, k: 9, l: null, unique: 0, greatest: 0.1, mean: 0.1 };
const RELEASE: Release = {
  id: 'r1',
  state: 'allowed',
  shape: { view: 'climate', columns: ['a'], quasi: ['b'], sensitive: [], person: null, k: 5, l: 2 },
  purpose: null,
  risk: { before: GROUPS, after: GROUPS, suppressed: 0 },
  askedBy: 'operator',
  approvedBy: null,
  created: 0,
  expires: 1_000_000,
};

function desk() {
  const asked: unknown[] = [];
  const releases: Services['releases'] = {
    ask: async (_caller, shape, purpose) => {
      asked.push([shape, purpose]);
      return RELEASE;
    },
    list: async (_subject, all) => (all ? [RELEASE] : []),
    approve: async () => RELEASE,
    askerOf: async () => 'somebody',
    export: async () => ({ contentType: 'text/csv', parts: Readable.from([Buffer.from('a\n1\n')]), headers: {} }),
  };
  return { asked, releases };
}

test('releases are asked for, listed, approved and taken', async (t) => {
  const { asked, releases } = desk();
  const { call } = await openApi(t, { releases });
  const body = { view: 'climate', columns: ['a'], quasi: ['b'] };
  const made = await call('POST', '/v1/releases', { body });
  assert.deepEqual([made.status, made.json()['expires']], [201, '1970-01-01T00:00:01Z']);
  assert.deepEqual(asked, [[{ ...body, sensitive: [], person: null, k: 5, l: 2 }, null]]);
  assert.equal(((await call('GET', '/v1/releases')).json()['releases'] as unknown[]).length, 1);
  assert.equal((await call('POST', '/v1/releases/r1/approve', { body: {} })).status, 200);
  assert.equal((await call('GET', '/v1/releases/r1/rows?format=csv')).text, 'a\n1\n');
  for (const wrong of [{ ...body, k: 0 }, { ...body, quasi: 'b' }, { view: 'climate' }])
    assert.equal((await call('POST', '/v1/releases', { body: wrong })).status, 400, JSON.stringify(wrong));
});
