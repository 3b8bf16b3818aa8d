import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASON } from '#flow/ingest/index.ts';
import { recoverSessions } from '../session-event.ts';
import { MOST_UNRELEASED } from '../session.ts';
import { connectPacket, settle, startMqtt } from '../testing.ts';

const LASTING = { clean: false, properties: { sessionExpiryInterval: 600 } } as const;

test('a QoS 1 message is acknowledged when it is durable and not before', async () => {
  const mqtt = startMqtt();
  mqtt.ingest.hold();
  const client = await mqtt.connect();
  client.publish(7, '{"temperature":1}');
  await client.silence();
  assert.equal(mqtt.ingest.admitted.length, 1);
  mqtt.ingest.release();
  assert.deepEqual(await client.next('puback').then(({ messageId, reasonCode }) => [messageId, reasonCode]), [7, 0]);
});

test('a refusal is told with its code and reason string, in order with the rest', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  mqtt.ingest.place = 'temperature';
  client.publish(1, '{}');
  client.publish(2, 'refuse:range');
  client.publish(3, '{}');
  assert.equal((await client.next('puback')).reasonCode, 0);
  const refused = await client.next('puback');
  assert.equal(refused.reasonCode, REASON.range.mqtt);
  assert.equal(refused.properties?.reasonString, `reason ${REASON.range.number}`);
  assert.deepEqual({ ...refused.properties?.userProperties }, { stream: 'climate', place: 'temperature' });
  assert.equal((await client.next('puback')).messageId, 3);
});

test('a payload of no format that is read is not told of by what another message was refused for', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  mqtt.ingest.place = 'of_somebody_else';
  client.publish(1, '{}', { properties: { contentType: 'image/png' } });
  const refused = await client.next('puback');
  assert.equal(refused.reasonCode, REASON.format.mqtt);
  assert.deepEqual({ ...refused.properties?.userProperties }, { stream: 'climate', place: '' });
});

test('what was left out of a reading is told once on each topic of a connection, and never to MQTT 3.1.1', async () => {
  const mqtt = startMqtt();
  mqtt.ingest.dropped = ['rpm', 'fuel'];
  const client = await mqtt.connect();
  client.publish(1, '{}');
  client.publish(2, '{}');
  client.publish(3, '{}', { topic: 'streams/climate/sensor-1' });
  client.publish(4, '{}', { topic: 'streams/other', qos: 2 });
  const first = await client.next('puback');
  assert.equal(first.reasonCode, 0);
  assert.deepEqual({ ...first.properties?.userProperties }, { names: 'rpm fuel' });
  assert.equal((await client.next('puback')).properties, undefined);
  assert.deepEqual({ ...(await client.next('puback')).properties?.userProperties }, { names: 'rpm fuel' });
  assert.deepEqual({ ...(await client.next('pubrec')).properties?.userProperties }, { names: 'rpm fuel' });
  const old = await mqtt.connect({ protocolVersion: 4 });
  old.publish(1, '{}');
  assert.equal((await old.next('puback')).properties, undefined);
});

test('a client that wants no problem information gets no reason string', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { requestProblemInformation: false } });
  client.publish(2, 'refuse:range');
  assert.equal((await client.next('puback')).properties, undefined);
});

test('MQTT 3.1.1 acknowledges a refusal, or closes where the stream says so or it must be sent again', async () => {
  const mqtt = startMqtt();
  const connect = () => mqtt.connect({ protocolVersion: 4 });
  const client = await connect();
  client.publish(2, 'refuse:range');
  assert.equal((await client.next('puback')).messageId, 2);
  client.publish(3, 'refuse:range', { topic: 'streams/strict' });
  await client.close();
  const again = await connect();
  again.publish(3, 'refuse:try-later');
  await again.close();
});

test('topics lead to streams, about the sender or a device that it speaks for', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  const cases: [string, number][] = [
    ['streams/climate', 0],
    ['streams/climate/truck-7', 0],
    ['streams/climate/sensor-1', 0],
    ['streams/climate/nobody', REASON.unknownDevice.mqtt],
    ['climate', REASON.notAStream.mqtt],
    ['streams/climate/sensor-1/more', REASON.notAStream.mqtt],
    ['streams/', REASON.notAStream.mqtt],
    ['commands/truck-7/x', REASON.notAStream.mqtt],
    ['$SYS/x', REASON.notAStream.mqtt],
  ];
  for (const [i, [topic, code]] of cases.entries()) {
    client.publish(i + 1, '{}', { topic });
    assert.equal((await client.next('puback')).reasonCode, code, topic);
  }
  assert.deepEqual(
    mqtt.ingest.admitted.map(({ about }) => about),
    ['truck-7', 'truck-7', 'sensor-1'],
  );
  assert.equal(mqtt.ingest.refused.length, 6);
});

test('a device that speaks for nobody is not allowed to', async () => {
  const mqtt = startMqtt();
  const { TRUCK, SENSOR } = await import('../testing.ts');
  const client = await mqtt.connect({}, SENSOR);
  client.publish(1, '{}', { topic: `streams/climate/${TRUCK.name}` });
  assert.equal((await client.next('puback')).reasonCode, REASON.notAllowed.mqtt);
});

test('topics with wildcards or malformed text end the connection', async () => {
  for (const [topic, code] of [
    ['streams/+', 0x90],
    ['streams/#', 0x90],
    ['streams/\0', 0x81],
  ] as const) {
    const mqtt = startMqtt();
    const client = await mqtt.connect();
    const bytes = Buffer.from(topic);
    client.bytes(0x30, bytes.length + 3, 0, bytes.length, ...bytes, 0);
    assert.equal((await client.next('disconnect')).reasonCode, code);
  }
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.bytes(0x30, 5, 0, 2, 0xc0, 0xaf, 0);
  assert.equal((await client.next('disconnect')).reasonCode, 0x81);
});

test('RETAIN is not offered in MQTT 5 and is passed over in 3.1.1', async () => {
  const mqtt = startMqtt();
  const five = await mqtt.connect();
  assert.equal(five.connack?.properties?.retainAvailable, false);
  five.publish(1, '{}', { retain: true });
  assert.equal((await five.next('disconnect')).reasonCode, 0x9a);
  const four = await mqtt.connect({ protocolVersion: 4 });
  four.publish(1, '{}', { retain: true });
  await four.next('puback');
});

test('content type chooses the format; without one the first byte does', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.publish(1, '{}', { properties: { contentType: 'application/cbor' } });
  client.publish(2, '{}', { properties: { contentType: 'application/senml+json; q=1' } });
  client.publish(3, '{}', { properties: { contentType: 'image/png' } });
  client.publish(4, '{}');
  client.publish(5, '', { payload: Buffer.of(0xa1, 0x61, 0x6e, 1) });
  const codes = [];
  for (let i = 0; i < 5; i++) codes.push((await client.next('puback')).reasonCode);
  assert.deepEqual(codes, [0, 0, REASON.format.mqtt, 0, 0]);
  assert.deepEqual(
    mqtt.ingest.admitted.map(({ format }) => format),
    ['cbor', 'senml+json', 'json', 'cbor'],
  );
});

test('a QoS 2 message is taken once however often it comes, until it is released', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  const send = (dup: boolean) => client.publish(5, '{"n":1}', { qos: 2, dup });
  send(false);
  send(true);
  assert.equal((await client.next('pubrec')).messageId, 5);
  assert.equal((await client.next('pubrec')).messageId, 5);
  assert.equal(mqtt.ingest.admitted.length, 1);
  client.send({ cmd: 'pubrel', messageId: 5 });
  assert.equal((await client.next('pubcomp')).reasonCode, 0);
  client.send({ cmd: 'pubrel', messageId: 5 });
  assert.equal((await client.next('pubcomp')).reasonCode, 0x92);
  send(false);
  await client.next('pubrec');
  assert.equal(mqtt.ingest.admitted.length, 2);
});

test('a QoS 2 message is taken once across connections, and across a restart by what the journal keeps', async () => {
  const mqtt = startMqtt();
  const first = await mqtt.connect(LASTING);
  first.publish(5, '{"n":1}', { qos: 2 });
  await first.next('pubrec');
  first.socket.destroy();
  await settle();
  const second = await mqtt.connect(LASTING);
  assert.equal(second.connack?.sessionPresent, true);
  second.publish(5, '{"n":1}', { qos: 2, dup: true });
  await second.next('pubrec');
  assert.equal(mqtt.ingest.admitted.length, 1);
  const after = startMqtt();
  after.hub.restore(recoverSessions(mqtt.ingest.sessions));
  const third = await after.connect(LASTING);
  assert.equal(third.connack?.sessionPresent, true);
  third.publish(5, '{"n":1}', { qos: 2, dup: true });
  await third.next('pubrec');
  assert.equal(after.ingest.admitted.length, 0);
  third.send({ cmd: 'pubrel', messageId: 5 });
  await third.next('pubcomp');
  assert.deepEqual(recoverSessions([...mqtt.ingest.sessions, ...after.ingest.sessions])[0]?.received, []);
});

test('a refused QoS 2 message ends with its PUBREC in MQTT 5', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.publish(5, 'refuse:range', { qos: 2 });
  assert.equal((await client.next('pubrec')).reasonCode, REASON.range.mqtt);
  client.publish(5, '{}', { qos: 2 });
  assert.equal((await client.next('pubrec')).reasonCode, 0);
  const old = await mqtt.connect({ protocolVersion: 4, clientId: 'old' });
  old.publish(5, 'refuse:range', { qos: 2 });
  await old.next('pubrec');
  old.send({ cmd: 'pubrel', messageId: 5 });
  await old.next('pubcomp');
});

test('what cannot be made durable is refused with 0x97, and may come again as new', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect(LASTING);
  mqtt.ingest.failing = true;
  client.publish(1, '{}');
  client.publish(2, '{}', { qos: 2 });
  client.publish(3, 'refuse:range');
  assert.equal((await client.next('puback')).reasonCode, 0x97);
  assert.equal((await client.next('pubrec')).reasonCode, 0x97);
  assert.equal((await client.next('puback')).reasonCode, REASON.range.mqtt);
  mqtt.ingest.failing = false;
  client.publish(2, '{}', { qos: 2, dup: true });
  assert.equal((await client.next('pubrec')).reasonCode, 0);
  assert.equal(mqtt.ingest.admitted.length, 3);
  assert.deepEqual(recoverSessions(mqtt.ingest.sessions)[0]?.received, [2]);
});

test('MQTT 3.1.1 is closed without an acknowledgement where nothing can be made durable', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ protocolVersion: 4 });
  mqtt.ingest.failing = true;
  client.publish(1, '{}');
  await client.close();
});

test('more messages than the receive maximum end with 0x93', async () => {
  const mqtt = startMqtt();
  mqtt.ingest.hold();
  const client = await mqtt.connect();
  assert.equal(client.connack?.properties?.receiveMaximum, 10);
  for (let id = 1; id <= 5; id++) client.publish(id, '{}');
  for (let id = 6; id <= 11; id++) client.publish(id, '{}', { qos: 2 });
  assert.equal((await client.next('disconnect')).reasonCode, 0x93);
  assert.equal(mqtt.ingest.admitted.length, 10);
});

test('a client of MQTT 3.1.1 that never releases what it sends with QoS 2 is closed', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ protocolVersion: 4, clean: false });
  for (let id = 1; id <= MOST_UNRELEASED; id++) client.publish(id, '{}', { qos: 2 });
  for (let id = 1; id <= MOST_UNRELEASED; id++) assert.equal((await client.next('pubrec')).messageId, id);
  client.publish(1, '{}', { qos: 2, dup: true });
  await client.next('pubrec');
  client.publish(MOST_UNRELEASED + 1, '{}', { qos: 2 });
  await client.close();
  const again = await mqtt.connect({ protocolVersion: 4, clean: false });
  for (let id = 1; id <= 10; id++) again.send({ cmd: 'pubrel', messageId: id });
  for (let id = 1; id <= 10; id++) await again.next('pubcomp');
  again.publish(MOST_UNRELEASED + 1, '{}', { qos: 2, dup: true });
  await again.next('pubrec');
});

test('a topic alias stands for its topic on its own connection', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  assert.equal(client.connack?.properties?.topicAliasMaximum, 4);
  client.publish(1, '{"n":1}', { properties: { topicAlias: 4 } });
  client.publish(2, '{"n":2}', { topic: '', properties: { topicAlias: 4 } });
  client.publish(3, '{"n":3}', { topic: 'streams/other', properties: { topicAlias: 4 } });
  client.publish(4, '{"n":4}', { topic: '', properties: { topicAlias: 4 } });
  for (let i = 0; i < 4; i++) await client.next('puback');
  assert.deepEqual(
    mqtt.ingest.admitted.map(({ stream }) => stream),
    ['climate', 'climate', 'other', 'other'],
  );
});

test('a topic alias that is zero, too large, unknown, or no alias without a topic, ends the connection', async () => {
  for (const [bytes, code] of [
    [[3, 0x23, 0, 0], 0x94],
    [[3, 0x23, 0, 5], 0x94],
    [[3, 0x23, 0, 1], 0x94],
    [[0], 0x82],
  ] as const) {
    const mqtt = startMqtt();
    const client = await mqtt.connect();
    client.bytes(0x30, 2 + bytes.length, 0, 0, ...bytes);
    assert.equal((await client.next('disconnect')).reasonCode, code);
  }
});

test('a slow reader is dropped', async () => {
  const mqtt = startMqtt();
  mqtt.limits.outgoingBytes = 1_000;
  const client = mqtt.open();
  client.socket.pause();
  client.send(connectPacket());
  await settle();
  for (let i = 0; i < 40_000 && !client.closed; i++) {
    client.send({ cmd: 'pingreq' });
    if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  client.socket.resume();
  await settle();
  assert.equal(mqtt.service.size, 0);
});
