import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { WEBHOOK_SCHEMA, WebhookBook } from './webhook-book.ts';
import type { WebhookState } from './webhook-book.ts';

test('WebhookBook keeps how far a webhook is, and no address in clear', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WEBHOOK_SCHEMA);
  const sealer = await keys.rowSealer('people');
  const state: WebhookState = {
    url: 'https://soc.example.com/hooks/token',
    after: 7,
    delivered: 2,
    givenUp: 0,
    tries: 1,
    nextTry: 9,
    last: { at: 8, status: 500, problem: null },
    gone: false,
  };
  await new WebhookBook(catalogue, sealer, clock).keep('soc', state);
  const again = new WebhookBook(catalogue, sealer, clock);
  assert.deepEqual(await again.find('soc'), state);
  assert.equal(await again.find('other'), null);
  const [row] = await catalogue.all('SELECT * FROM webhooks_state');
  assert.doesNotMatch(JSON.stringify({ ...row, sealed: null }), /example/);
});
