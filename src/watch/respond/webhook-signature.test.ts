import assert from 'node:assert/strict';
import { createHmac, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { parseWebhookSecret, webhookHeaders } from './webhook-signature.ts';

test('webhookHeaders() signs as Standard Webhooks has it, by a shared secret', () => {
  // The published example of the specification's reference libraries.
  const signer = parseWebhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n');
  const headers = webhookHeaders(signer, {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: 1_614_265_330,
    body: '{"test": 2432232314}',
  });
  assert.deepEqual(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  const again = createHmac('sha256', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'))
    .update('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}')
    .digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${again}`);
  assert.equal(signer.publicKey, null);
});

test('webhookHeaders() signs by Ed25519, and says with which key to verify', () => {
  const signer = parseWebhookSecret(`whsk_${Buffer.alloc(32, 7).toString('base64')}`);
  const { 'webhook-signature': signature } = webhookHeaders(signer, { id: 'msg_1', at: 5, body: '{}' });
  assert.match(signature, /^v1a,/);
  const raw = Buffer.from(signer.publicKey!.slice('whpk_'.length), 'base64');
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]),
    format: 'der',
    type: 'spki',
  });
  const bytes = Buffer.from(signature.slice('v1a,'.length), 'base64');
  assert.equal(verify(null, Buffer.from('msg_1.5.{}'), key, bytes), true);
  assert.equal(verify(null, Buffer.from('msg_1.6.{}'), key, bytes), false);
});

test('parseWebhookSecret() takes no secret that is too short, too long or no secret, and shows none', () => {
  const of = (prefix: string, bytes: number): string => `${prefix}${Buffer.alloc(bytes).toString('base64')}`;
  for (const text of [
    '',
    'secret',
    of('whsec_', 23),
    of('whsec_', 65),
    of('whsk_', 31),
    of('whsk_', 64),
    'whsec_!!!',
  ]) {
    assert.throws(() => parseWebhookSecret(text), { code: 'RESPOND_WEBHOOK_SECRET', message: /its secret is none$/ });
  }
  assert.equal(parseWebhookSecret(of('whsec_', 24)).scheme, 'v1');
});
