import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

test('webhooks are shown with how that goes, without what opens them', async (t) => {
  const state = {
    url: 'https://soc.example.com/hooks/T0KEN',
    after: 5,
    delivered: 2,
    givenUp: 0,
    tries: 1,
    nextTry: 9_000_000,
    last: { at: 8_000_000, status: 500, problem: null },
    gone: false,
  };
  const webhook = {
    name: 'soc',
    url: state.url,
    secret: 'soc.secret',
    severity: 'high',
    network: 'public',
    authority: null,
  } as const;
  const webhooks = { all: [{ webhook, state, publicKey: null }] } as unknown as Services['webhooks'];
  const alerts = { countAfter: async () => 3 } as unknown as Services['alerts'];
  const { call } = await openApi(t, { webhooks, alerts });
  const { status, text, json } = await call('GET', '/v1/webhooks');
  assert.equal(status, 200, text);
  assert.deepEqual(json(), {
    webhooks: [
      {
        name: 'soc',
        at: 'https://soc.example.com',
        severity: 'high',
        state: 'failing',
        delivered: 2,
        givenUp: 0,
        waiting: 3,
        tries: 1,
        nextTry: '1970-01-01T00:00:09Z',
        last: { at: '1970-01-01T00:00:08Z', status: 500, problem: null },
        publicKey: null,
      },
    ],
  });
  assert.doesNotMatch(text, /T0KEN/);
  assert.equal((await call('GET', '/v1/webhooks', { as: 'nobody' })).status, 401);
});
