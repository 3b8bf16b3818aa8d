import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoverSessions } from '../session-event.ts';
import { startMqtt } from '../testing.ts';

test('after an UNSUBSCRIBE no command comes, and an unknown filter is told as such', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  const filter = 'commands/truck-7/#';
  client.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [{ topic: filter, qos: 1, nl: false, rap: false, rh: 0 }],
  });
  await client.next('suback');
  client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [filter, 'x'] });
  const { granted, messageId } = await client.next('unsuback');
  assert.deepEqual([messageId, granted], [2, [0, 0x11]]);
  const payload = Buffer.from('a');
  mqtt.hub.send('truck-7', {
    id: 'a',
    topic: 'commands/truck-7/do',
    payload,
    retain: 'no',
    contentType: null,
    expires: null,
  });
  await client.silence();
});

test('an UNSUBSCRIBE from a session that lasts is confirmed once it is on disk', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ clean: false, properties: { sessionExpiryInterval: 60 } });
  const topic = 'commands/truck-7/#';
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1, nl: false, rap: false, rh: 0 }] });
  await client.next('suback');
  mqtt.ingest.hold();
  client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [topic] });
  await client.silence();
  mqtt.ingest.release();
  await client.next('unsuback');
  assert.deepEqual(recoverSessions(mqtt.ingest.sessions)[0]?.subscriptions, []);
});

test('an UNSUBSCRIBE of nothing is a protocol error', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.bytes(0xa2, 3, 0, 1, 0);
  assert.equal((await client.next('disconnect')).reasonCode, 0x82);
});
