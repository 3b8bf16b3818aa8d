import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_QUEUED_COMMANDS } from './session.ts';
import { startMqtt } from './testing.ts';

test('a session whose queue is full turns further commands away', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { receiveMaximum: 1 } });
  const topic = 'commands/truck-7/#';
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1, nl: false, rap: false, rh: 0 }] });
  await client.next('suback');
  for (let i = 0; i < MAX_QUEUED_COMMANDS + 3; i++) {
    const payload = Buffer.of(1);
    mqtt.hub.send('truck-7', {
      id: String(i),
      topic: 'commands/truck-7/x',
      payload,
      retain: 'no',
      contentType: null,
      expires: null,
    });
  }
  await client.next('publish');
  await client.silence();
  assert.deepEqual(mqtt.reports, ['undelivered 257 queue-full', 'undelivered 258 queue-full']);
});
