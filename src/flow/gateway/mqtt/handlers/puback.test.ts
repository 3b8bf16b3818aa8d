import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqtt } from '../testing.ts';

test('handlePuback() reports what the device refused, and passes over an id that nothing has', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.send({ cmd: 'puback', messageId: 77, reasonCode: 0 });
  await client.silence();
  const topic = 'commands/truck-7/#';
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1, nl: false, rap: false, rh: 0 }] });
  await client.next('suback');
  const payload = Buffer.from('a');
  mqtt.hub.send('truck-7', {
    id: 'a',
    topic: 'commands/truck-7/do',
    payload,
    retain: 'no',
    contentType: null,
    expires: null,
  });
  const { messageId } = await client.next('publish');
  client.send({ cmd: 'puback', messageId: messageId ?? 0, reasonCode: 0x83 });
  await client.silence();
  assert.deepEqual(mqtt.reports, ['undelivered a refused-by-device']);
});
