import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqtt } from '../testing.ts';

test('handlePubcomp() makes room for the next command, and ends a connection that skips PUBREC', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { receiveMaximum: 1 } });
  client.send({ cmd: 'pubcomp', messageId: 5 });
  await client.silence();
  const subscription = { topic: 'commands/truck-7/#', qos: 2, nl: false, rap: false, rh: 0 } as const;
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [subscription] });
  await client.next('suback');
  for (const id of ['a', 'b']) {
    const topic = 'commands/truck-7/do';
    const payload = Buffer.from(id);
    mqtt.hub.send('truck-7', { id, topic, payload, retain: 'no', contentType: null, expires: null });
  }
  const first = await client.next('publish');
  client.send({ cmd: 'pubrec', messageId: first.messageId ?? 0 });
  await client.next('pubrel');
  await client.silence();
  client.send({ cmd: 'pubcomp', messageId: first.messageId ?? 0 });
  const second = await client.next('publish');
  assert.equal(String(second.payload), 'b');
  client.send({ cmd: 'pubcomp', messageId: second.messageId ?? 0 });
  assert.equal((await client.next('disconnect')).reasonCode, 0x82);
});
