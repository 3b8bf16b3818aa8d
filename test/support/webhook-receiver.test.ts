import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { receiverOfTheDocs } from './webhook-receiver.ts';

const SECRET = Buffer.alloc(32, 3).toString('base64');

test('the receiver that the docs show believes nothing that was changed, is old or is of somebody else', async () => {
  const verify = await receiverOfTheDocs();
  const [body, now] = ['{"type":"alert.raised"}', 1_764_500_000];
  const sign = (secret: string): string =>
    createHmac('sha256', Buffer.from(secret, 'base64')).update(`msg_1.${now}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(now), 'webhook-signature': `v1,${sign(SECRET)}` }; // prettier-ignore
  const secret = `whsec_${SECRET}`;
  assert.equal(verify(headers, body, secret, now + 299), true);
  // While a secret is changed there are signatures of both.
  const both = { ...headers, 'webhook-signature': `v1,AAAA v1a,BBBB ${headers['webhook-signature']}` };
  assert.equal(verify(both, body, secret, now), true);
  const others = { ...headers, 'webhook-signature': `v1,${sign(Buffer.alloc(32, 4).toString('base64'))}` };
  for (const [what, of, text, at] of [
    ['another body', headers, `${body} `, now],
    ['another id', { ...headers, 'webhook-id': 'msg_2' }, body, now],
    ['a message of before', headers, body, now + 301],
    ['one from the future', headers, body, now - 301],
    ['another secret', others, body, now],
    ['no signature that counts', { ...headers, 'webhook-signature': 'v2,AAAA' }, body, now],
  ] as const)
    assert.equal(verify(of, text, secret, at), false, what);
});
