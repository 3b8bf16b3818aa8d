import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import { DEVICE_FLAG } from '#trust/identity/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { connectPacket, settle, startMqtt } from './testing.ts';

test('a packet may come byte by byte, and many at once', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  const packet = Buffer.concat([
    Buffer.of(0x32, 22, 0, 15),
    Buffer.from('streams/climate'),
    Buffer.of(0, 9, 0),
    Buffer.from('{}'),
  ]);
  for (const byte of packet) {
    client.bytes(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await client.next('puback')).messageId, 9);
  for (let id = 1; id <= 9; id++) client.publish(id, `{"n":${id}}`);
  for (let id = 1; id <= 9; id++) assert.equal((await client.next('puback')).messageId, id);
});

test('a connection that says nothing is dropped after the connect time-out', async () => {
  const clock = frozenClock();
  const mqtt = startMqtt(clock);
  const client = mqtt.open();
  clock.advance(millis(10_000));
  mqtt.service.sweep();
  assert.equal(client.closed, false);
  clock.advance(millis(1));
  mqtt.service.sweep();
  await client.close();
});

test('silence beyond one and a half keep-alives ends with 0x8D, and the will is recorded', async () => {
  const clock = frozenClock();
  const mqtt = startMqtt(clock);
  const client = await mqtt.connect({ keepalive: 10, will: { topic: 'x', payload: Buffer.from('gone') } });
  clock.advance(millis(15_000));
  mqtt.service.sweep();
  await client.silence();
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  clock.advance(millis(15_001));
  mqtt.service.sweep();
  assert.equal((await client.next('disconnect')).reasonCode, 0x8d);
  await client.close();
  await settle();
  assert.deepEqual(mqtt.ingest.events, [{ kind: 'will', detail: 'gone', client: 'c1' }]);
});

test('a device that is disabled is cut at once, with 0x98', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  mqtt.flags[0] = DEVICE_FLAG.known | DEVICE_FLAG.disabled;
  mqtt.service.cut(new Set([1]));
  await client.silence();
  mqtt.service.cut(new Set([0]));
  assert.equal((await client.next('disconnect')).reasonCode, 0x98);
  await client.close();
});

test('a disabled device is heard of by its next packet as well', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  mqtt.flags[0] = DEVICE_FLAG.known | DEVICE_FLAG.revoked;
  client.publish(1, '{}');
  assert.equal((await client.next('disconnect')).reasonCode, 0x98);
  assert.equal(mqtt.ingest.admitted.length, 0);
});

test('a second connection of the same client id takes the session over, and the first hears 0x8E', async () => {
  const mqtt = startMqtt();
  const first = await mqtt.connect({ clean: false, properties: { sessionExpiryInterval: 60 } });
  const second = await mqtt.connect({ clean: false, properties: { sessionExpiryInterval: 60 } });
  assert.equal((await first.next('disconnect')).reasonCode, 0x8e);
  await first.close();
  assert.equal(second.connack?.sessionPresent, true);
});

test('a packet larger than announced ends with 0x95 before it is kept', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  assert.equal(client.connack?.properties?.maximumPacketSize, 8_192);
  client.bytes(0x30, 0xff, 0xff, 0xff, 0x7f);
  assert.equal((await client.next('disconnect')).reasonCode, 0x95);
  await client.close();
});

test('what no client may send is a protocol error', async () => {
  for (const bytes of [
    [0x10, 12, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 0, 0],
    [0x20, 3, 0, 0, 0],
    [0x90, 4, 0, 1, 0, 0],
    [0xb0, 4, 0, 1, 0, 0],
    [0xd0, 0],
    [0xf0, 2, 0x18, 0],
    [0x00, 0],
  ]) {
    const mqtt = startMqtt();
    const client = await mqtt.connect();
    client.bytes(...bytes);
    assert.equal((await client.next('disconnect')).reasonCode, 0x82, String(bytes));
    await client.close();
  }
});

test('flags that are not in use must be right', async () => {
  for (const bytes of [
    [0xc1, 0],
    [0x60, 2, 0, 1],
    [0x41, 2, 0, 1],
    [0x80, 6, 0, 1, 0, 0, 1, 97],
    [0xe2, 0],
  ]) {
    const mqtt = startMqtt();
    const client = await mqtt.connect();
    client.bytes(...bytes);
    assert.equal((await client.next('disconnect')).reasonCode, 0x81, String(bytes));
  }
});

test('what is not a CONNECT first is closed without a word', async () => {
  for (const bytes of [
    [0xc0, 0],
    [0x30, 5, 0, 1, 97, 0, 0],
    [0x16, 3, 1, 0],
    [0x11, 0],
  ]) {
    const mqtt = startMqtt();
    const client = mqtt.open();
    client.bytes(...bytes);
    await client.close();
  }
});

test('reading stops while too much is not durable, and goes on after', async () => {
  const mqtt = startMqtt();
  mqtt.ingest.hold();
  const client = mqtt.open();
  client.send(connectPacket({ protocolVersion: 4 }));
  await client.next('connack');
  for (let id = 1; id <= 30; id++) client.publish(id, `{"n":${id}}`);
  await settle();
  assert.equal(mqtt.ingest.admitted.length, 10);
  mqtt.ingest.release();
  for (let id = 1; id <= 30; id++) assert.equal((await client.next('puback')).messageId, id);
  assert.equal(mqtt.ingest.admitted.length, 30);
});

test('reading stops while too many answers wait, whatever they are to', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  mqtt.ingest.hold();
  const release = Buffer.of(0x62, 2, 0, 1);
  for (let i = 0; i < 512; i++) client.socket.write(Buffer.concat(Array.from({ length: 512 }, () => release)));
  await settle();
  assert.ok(client.socket.writableLength > 524_288, 'what is not read stays with the client');
  mqtt.ingest.release();
  await settle();
  assert.equal(client.socket.writableLength, 0);
});

test('a session ends with the platform: clients hear 0x8B', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  await mqtt.service.close();
  assert.equal((await client.next('disconnect')).reasonCode, 0x8b);
  assert.equal(mqtt.service.size, 0);
});

test('what a connection does is counted for its device: messages, topics, and how it ended', async () => {
  const mqtt = startMqtt();
  const first = await mqtt.connect({
    keepalive: 60,
    will: { topic: 'will', payload: Buffer.from('x'), qos: 0, retain: false },
  });
  first.publish(1, '{"n":1}');
  await first.next('puback');
  first.socket.destroy();
  await settle();
  const second = await mqtt.connect({ keepalive: 60 });
  second.publish(1, '{"n":12345}');
  second.publish(2, '{}', { topic: 'no/topic/of/ours' });
  await second.next('puback');
  await second.next('puback');
  second.send({ cmd: 'disconnect', reasonCode: 0 });
  await settle();
  mqtt.connections.flush();
  assert.deepEqual(
    mqtt.summaries.map(({ manner, topics, messages, payload, sessions, goodbyes, lost, wills }) => {
      const { protocol, keepAlive, hasWill } = manner!;
      return { protocol, keepAlive, hasWill, topics, messages, payload, sessions, goodbyes, lost, wills };
    }),
    [
      {
        protocol: 'mqtt-5',
        keepAlive: 60,
        hasWill: true,
        topics: ['climate'],
        messages: 1,
        payload: 7,
        sessions: 1,
        goodbyes: 0,
        lost: 1,
        wills: 1,
      },
      {
        protocol: 'mqtt-5',
        keepAlive: 60,
        hasWill: false,
        topics: ['(none)', 'climate'],
        messages: 2,
        payload: 6.5,
        sessions: 1,
        goodbyes: 1,
        lost: 0,
        wills: 0,
      },
    ],
  );
});
