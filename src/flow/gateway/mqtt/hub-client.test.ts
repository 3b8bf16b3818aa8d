import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HubClient } from './hub-client.ts';
import type { FromHub, ToHub } from './hub-message.ts';

test('HubClient matches answers to requests and fails what is open when the hub is gone', async () => {
  const sent: ToHub[] = [];
  let answer: (message: FromHub) => void = () => {};
  let close: () => void = () => {};
  const none = () => {};
  const client = new HubClient(
    {
      post: (message) => sent.push(message),
      listen: (onMessage, onClose) => {
        answer = onMessage;
        close = onClose;
      },
    },
    { yield: none, command: none, will: none, expired: none },
  );
  const [a, b] = [client.claim('d/1', 'd', false), client.claim('d/2', 'd', true)];
  const [first, second] = sent.map((message) => ('request' in message ? message.request : 0));
  answer({ type: 'claimed', request: second!, generation: 5, follows: true, snapshot: null });
  answer({ type: 'claimed', request: first!, generation: 4, follows: false, snapshot: null });
  assert.deepEqual([(await a).generation, (await b).generation], [4, 5]);
  const open = client.retained('d');
  close();
  await assert.rejects(open, { code: 'GATEWAY_HUB_CLOSED' });
  client.delivered('d', 'x');
  assert.equal(sent.length, 3);
});
