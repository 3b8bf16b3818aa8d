import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_QUEUED_COMMANDS } from './session.ts';
import type { Command } from './session.ts';
import { settle, startMqtt } from './testing.ts';
import type { MqttBench, RawClient } from './testing.ts';

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

const LASTING = { clean: false, properties: { sessionExpiryInterval: 600 } } as const;

function send(mqtt: MqttBench, id: string, change: Partial<Command> = {}): void {
  const command = { topic: 'commands/truck-7/do', retain: 'no', contentType: null, expires: null } as const;
  mqtt.hub.send('truck-7', { id, payload: Buffer.from(id), ...command, ...change });
}

async function listening(mqtt: MqttBench, qos: 0 | 1 | 2 = 1): Promise<RawClient> {
  const client = await mqtt.connect(LASTING);
  const subscription = { topic: 'commands/truck-7/#', qos, nl: false, rap: false, rh: 0 } as const;
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [subscription] });
  await client.next('suback');
  return client;
}

for (const qos of [1, 2] as const) {
  test(`commands that are more than may wait for a reader come as it reads, with QoS ${qos} and again`, async () => {
    const mqtt = startMqtt();
    const first = await listening(mqtt, qos);
    first.send({ cmd: 'disconnect', reasonCode: 0 });
    await settle();
    for (let n = 0; n < 8; n++) send(mqtt, `${n}`, { payload: new Uint8Array(20_000) });
    for (const dup of [false, true]) {
      const client = await mqtt.connect(LASTING);
      const sent = [];
      for (let n = 0; n < 8; n++) sent.push(await client.next('publish'));
      assert.ok(sent.every((packet) => packet.dup === dup && packet.qos === qos && packet.payload.length === 20_000));
      client.socket.destroy();
      await settle();
    }
  });
}

test('what is retained comes whole to a subscription of QoS 0, however much it is', async () => {
  const mqtt = startMqtt();
  for (let n = 0; n < 8; n++) {
    send(mqtt, `${n}`, { topic: `commands/truck-7/${n}`, payload: new Uint8Array(20_000), retain: 'keep' });
  }
  const client = await listening(mqtt, 0);
  for (let n = 0; n < 8; n++) assert.equal((await client.next('publish')).topic, `commands/truck-7/${n}`);
  await client.silence();
});

test('a client that takes less than on its last connection is sent no more than it takes', async () => {
  const mqtt = startMqtt();
  const first = await listening(mqtt);
  for (const id of ['a', 'b', 'x'.repeat(100), 'c']) send(mqtt, id);
  for (let n = 0; n < 4; n++) await first.next('publish');
  first.socket.destroy();
  await settle();
  const properties = { sessionExpiryInterval: 600, receiveMaximum: 1, maximumPacketSize: 64 };
  const second = await mqtt.connect({ ...LASTING, properties });
  for (const id of ['a', 'b', 'c']) {
    const { dup, payload, messageId = 0 } = await second.next('publish');
    assert.deepEqual([dup, String(payload)], [true, id]);
    await second.silence();
    second.send({ cmd: 'puback', messageId, reasonCode: 0 });
  }
  await second.silence();
  assert.deepEqual(mqtt.reports, [
    'delivered a',
    'delivered b',
    `undelivered ${'x'.repeat(100)} packet-too-large`,
    'delivered c',
  ]);
});
