import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

test('what is collected is shown with what was left out', async (t) => {
  const left = { undeclared: 3, withheld: 0, bytes: 120, folded: 0, foldedBytes: 0 };
  const { call, identity } = await openApi(t, { leftOut: { sums: async () => new Map([['climate', left]]) } });
  const { streams } = (await call('GET', '/v1/collection')).json() as { streams: Record<string, unknown>[] };
  assert.deepEqual(streams, [
    {
      stream: 'climate',
      purposes: ['quality'],
      unused: [],
      basis: null,
      every: null,
      fields: [{ name: 'temperature', stored: 'as it comes', purposes: ['quality'] }],
      leftOut: left,
    },
  ]);
  const { token } = await identity.people.add('sam', ['scientist'], 'person:p1');
  assert.equal((await call('GET', '/v1/collection', { as: { token } })).status, 403);
});
