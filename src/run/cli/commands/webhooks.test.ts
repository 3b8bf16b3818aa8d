import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addWebhookCommands } from './webhooks.ts';

const WEBHOOK = {
  name: 'soc',
  at: 'https://soc.example.com',
  severity: 'high',
  state: 'failing',
  delivered: 2,
  givenUp: 0,
  waiting: 3,
  tries: 1,
  nextTry: '2026-01-01T00:00:09Z',
  last: { at: '2026-01-01T00:00:08Z', status: 500, problem: null },
  publicKey: null,
};

test('weir webhooks shows how each goes, and says where there is none', async (t) => {
  const platform = await standIn(t, { 'GET /v1/webhooks': { webhooks: [WEBHOOK] } });
  const { out } = await platform.run(addWebhookCommands, 'webhooks');
  assert.match(out, /^soc +https:\/\/soc\.example\.com +high +failing +2 +3 +0 +1 +2026-01-01T00:00:09Z +500/m);
  const empty = await standIn(t, { 'GET /v1/webhooks': { webhooks: [] } });
  assert.equal((await empty.run(addWebhookCommands, 'webhooks')).out, 'the template names no webhook\n');
});
