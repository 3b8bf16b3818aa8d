import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

test('token routes hand on what was asked, in its order, and bound it', async (t) => {
  const asked: unknown[] = [];
  const { call } = await openApi(t, {
    tokenDesk: {
      originals: async (caller, place, tokens) => {
        asked.push([caller.subject.kind, place, tokens]);
        return tokens.map((token) => (token === 't1-a' ? 'ada' : null));
      },
      tokens: async (_, place, originals) => {
        asked.push([place, originals]);
        return originals.map(() => 5);
      },
    },
  });
  const place = { view: 's', column: 'who', purpose: 'q' };
  const { json } = await call('POST', '/v1/tokens/originals', { body: { ...place, tokens: ['t1-a', 7] } });
  assert.deepEqual(json(), {
    values: [
      { token: 't1-a', original: 'ada' },
      { token: 7, original: null },
    ],
  });
  const back = await call('POST', '/v1/tokens', { body: { ...place, originals: ['ada'] } });
  assert.deepEqual(back.json(), { values: [{ original: 'ada', token: 5 }] });
  assert.deepEqual(asked, [
    ['operator', place, ['t1-a', 7]],
    [place, ['ada']],
  ]);
  const { purpose: _, ...without } = place;
  for (const body of [
    { ...without, tokens: ['a'] },
    { ...place, tokens: [] },
    { ...place, tokens: [0.5] },
    { ...place, tokens: Array.from({ length: 101 }, () => 'a') },
    { ...place, tokens: ['a'], more: 1 },
  ]) {
    assert.equal((await call('POST', '/v1/tokens/originals', { body })).status, 400);
  }
  assert.equal(asked.length, 2);
});
