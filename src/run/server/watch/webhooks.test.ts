import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhooks } from './webhooks.ts';
import type { WebhooksParts } from './webhooks.ts';

test('Webhooks sends nowhere where the template names none', async () => {
  // Nothing else is asked of them then.
  await using webhooks = new Webhooks({ webhooks: () => undefined } as unknown as WebhooksParts);
  await webhooks.settle();
  assert.deepEqual(webhooks.all, []);
});
