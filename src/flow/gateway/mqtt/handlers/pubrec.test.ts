import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { recoverSessions } from '../session-event.ts';
import { startMqtt } from '../testing.ts';
import type { MqttBench, RawClient } from '../testing.ts';

const LASTING = { clean: false, properties: { sessionExpiryInterval: 600 } } as const;

async function listening(mqtt: MqttBench, connect: Parameters<MqttBench['connect']>[0] = {}): Promise<RawClient> {
  const client = await mqtt.connect(connect);
  const subscription = { topic: 'commands/truck-7/#', qos: 2, nl: false, rap: false, rh: 0 } as const;
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [subscription] });
  assert.deepEqual((await client.next('suback')).granted, [2]);
  return client;
}

function send(mqtt: MqttBench, id: string): void {
  const payload = encodeUtf8(id);
  mqtt.hub.send('truck-7', {
    id,
    topic: 'commands/truck-7/do',
    payload,
    retain: 'no',
    contentType: null,
    expires: null,
  });
}

for (const protocolVersion of [4, 5] as const) {
  test(`handlePubrec() releases a command that arrived, and PUBCOMP ends it, in MQTT ${protocolVersion}`, async () => {
    const mqtt = startMqtt();
    const client = await listening(mqtt, { protocolVersion });
    send(mqtt, 'a');
    const { messageId = 0, qos } = await client.next('publish');
    assert.equal(qos, 2);
    client.send({ cmd: 'pubrec', messageId });
    assert.equal((await client.next('pubrel')).messageId, messageId);
    client.send({ cmd: 'pubrec', messageId });
    assert.equal((await client.next('pubrel')).messageId, messageId, 'a PUBREC that comes again is answered again');
    client.send({ cmd: 'pubcomp', messageId });
    await client.silence();
    assert.deepEqual(mqtt.reports, ['delivered a'], 'told once');
  });
}

test('handlePubrec() reports a command that the device refused, and its packet id is free', async () => {
  const mqtt = startMqtt();
  const client = await listening(mqtt, { properties: { receiveMaximum: 1 } });
  send(mqtt, 'a');
  send(mqtt, 'b');
  const { messageId = 0 } = await client.next('publish');
  await client.silence();
  client.send({ cmd: 'pubrec', messageId, reasonCode: 0x83 });
  assert.equal(String((await client.next('publish')).payload), 'b');
  await client.silence();
  assert.deepEqual(mqtt.reports, ['undelivered a refused-by-device']);
});

test('handlePubrec() says that nothing has a packet id, and ends a connection that answers QoS 1 with it', async () => {
  const mqtt = startMqtt();
  const client = await listening(mqtt);
  client.send({ cmd: 'pubrec', messageId: 99 });
  assert.equal((await client.next('pubrel')).reasonCode, 0x92);
  const subscription = { topic: 'commands/truck-7/#', qos: 1, nl: false, rap: false, rh: 0 } as const;
  client.send({ cmd: 'subscribe', messageId: 2, subscriptions: [subscription] });
  await client.next('suback');
  send(mqtt, 'a');
  const { messageId = 0, qos } = await client.next('publish');
  assert.equal(qos, 1);
  client.send({ cmd: 'pubrec', messageId });
  assert.equal((await client.next('disconnect')).reasonCode, 0x82);
});

test('a command of QoS 2 goes out once its packet id is on disk, and its release once that is', async () => {
  const mqtt = startMqtt();
  const client = await listening(mqtt, LASTING);
  mqtt.ingest.hold();
  send(mqtt, 'a');
  await client.silence();
  mqtt.ingest.release();
  const { messageId = 0 } = await client.next('publish');
  const sent = { packetId: messageId, id: 'a', qos: 2, taken: false, command: null };
  assert.deepEqual(recoverSessions(mqtt.ingest.sessions)[0]?.inFlight, [sent]);
  mqtt.ingest.hold();
  client.send({ cmd: 'pubrec', messageId });
  await client.silence();
  mqtt.ingest.release();
  await client.next('pubrel');
  assert.deepEqual(recoverSessions(mqtt.ingest.sessions)[0]?.inFlight, [{ ...sent, taken: true }]);
  client.send({ cmd: 'pubcomp', messageId });
  await client.silence();
  assert.deepEqual(recoverSessions(mqtt.ingest.sessions)[0]?.inFlight, []);
});

test('a connection is ended where the packet id of a command cannot be kept, and the command comes later', async () => {
  const mqtt = startMqtt();
  const client = await listening(mqtt, LASTING);
  mqtt.ingest.failing = true;
  send(mqtt, 'a');
  assert.equal((await client.next('disconnect')).reasonCode, 0x97);
  await client.close();
  mqtt.ingest.failing = false;
  const again = await mqtt.connect(LASTING);
  const message = await again.next('publish');
  assert.deepEqual([message.qos, message.dup, String(message.payload)], [2, true, 'a']);
});

test('after a restart of the gateway a command goes on where its exchange stood', async () => {
  const before = startMqtt();
  const client = await listening(before, LASTING);
  for (const id of ['sent', 'taken', 'replaced']) send(before, id);
  const ids = new Map<string, number>();
  for (let i = 0; i < 3; i++) {
    const { payload, messageId = 0 } = await client.next('publish');
    ids.set(String(payload), messageId);
  }
  client.send({ cmd: 'pubrec', messageId: ids.get('taken') ?? 0 });
  await client.next('pubrel');
  const mqtt = startMqtt();
  mqtt.hub.restore(recoverSessions(before.ingest.sessions));
  // Control hands over again what it still has.
  send(mqtt, 'sent');
  send(mqtt, 'new');
  const again = await mqtt.connect(LASTING);
  assert.equal(again.connack?.sessionPresent, true);
  const heard = [await again.next('publish'), await again.next('pubrel'), await again.next('pubrel')] as const;
  const [publish, ...released] = heard;
  assert.deepEqual([publish.messageId, publish.dup, String(publish.payload)], [ids.get('sent'), true, 'sent']);
  assert.deepEqual(
    released.map(({ messageId }) => messageId),
    [ids.get('taken'), ids.get('replaced')],
  );
  assert.equal(String((await again.next('publish')).payload), 'new');
});
