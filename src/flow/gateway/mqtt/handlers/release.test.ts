import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqtt } from '../testing.ts';

test('handlePubrel() confirms once what it releases is durable', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { sessionExpiryInterval: 60 } });
  client.publish(9, '{}', { qos: 2 });
  await client.next('pubrec');
  mqtt.ingest.hold();
  client.send({ cmd: 'pubrel', messageId: 9 });
  await client.silence();
  mqtt.ingest.release();
  assert.equal((await client.next('pubcomp')).messageId, 9);
});

test('handlePubrel() ends the connection where the release cannot be kept: the client will ask again', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { sessionExpiryInterval: 60 } });
  client.publish(9, '{}', { qos: 2 });
  await client.next('pubrec');
  mqtt.ingest.failing = true;
  client.send({ cmd: 'pubrel', messageId: 9 });
  assert.equal((await client.next('disconnect')).reasonCode, 0x97);
});

test('handlePubrel() refuses what is no acknowledgement', async () => {
  for (const [bytes, code] of [
    [[0x62, 1, 0], 0x81],
    [[0x62, 2, 0, 0], 0x82],
  ] as const) {
    const mqtt = startMqtt();
    const client = await mqtt.connect();
    client.bytes(...bytes);
    assert.equal((await client.next('disconnect')).reasonCode, code);
  }
});
