import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoverSessions } from '../session-event.ts';
import { connectPacket, settle, startMqtt } from '../testing.ts';

test('the CONNACK of MQTT 5 says what is granted', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ keepalive: 0, properties: { sessionExpiryInterval: 0xffff_ffff } });
  assert.deepEqual(
    { ...client.connack?.properties },
    {
      receiveMaximum: 10,
      maximumPacketSize: 8_192,
      topicAliasMaximum: 4,
      retainAvailable: false,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 300,
      sessionExpiryInterval: 3_600,
    },
  );
});

test('an empty client id is given a name, but not where MQTT 3.1.1 wants it kept', async () => {
  const mqtt = startMqtt();
  const five = await mqtt.connect({ clientId: '' });
  assert.match(five.connack?.properties?.assignedClientIdentifier ?? '', /^auto-[0-9a-f]{24}$/);
  const four = await mqtt.connect({ clientId: '', protocolVersion: 4 });
  assert.equal(four.connack?.returnCode, 0);
  const kept = mqtt.open();
  kept.bytes(0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 0, 0, 60, 0, 0, 0);
  assert.match((await kept.next('connack')).properties?.assignedClientIdentifier ?? '', /^auto-/);
  const refused = mqtt.open();
  refused.bytes(0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0);
  await refused.next('connack');
  await refused.close();
});

test('CONNECT is refused in the words of its version', async () => {
  const long = 'x'.repeat(129);
  for (const [packet, code] of [
    [{ clientId: long }, 0x85],
    [{ clientId: 'a\0' }, 0x81],
    [{ properties: { authenticationMethod: 'SCRAM' } }, 0x8c],
    [{ properties: { receiveMaximum: 0 } }, 0x82],
    [{ will: { topic: 'a/#', payload: Buffer.of() } }, 0x90],
    [{ will: { topic: 'a', payload: Buffer.of(), retain: true } }, 0x9a],
  ] as const) {
    const mqtt = startMqtt();
    const client = mqtt.open();
    client.send(connectPacket(packet));
    assert.equal((await client.next('connack')).reasonCode, code);
    await client.close();
  }
  const mqtt = startMqtt();
  const client = mqtt.open();
  client.send(connectPacket({ clientId: long, protocolVersion: 4 }));
  assert.equal((await client.next('connack')).returnCode, 2);
});

test('versions that are not spoken are told so; other protocols are closed', async () => {
  const mqtt = startMqtt();
  for (const [name, level] of [
    ['MQIsdp', 3],
    ['MQTT', 6],
    ['MQTT', 0x84],
  ] as const) {
    const client = mqtt.open();
    const words = Buffer.from(name);
    client.bytes(0x10, words.length + 8, 0, words.length, ...words, level, 2, 0, 60, 0, 0);
    await client.next('connack').catch(() => client.closed);
    await client.close();
  }
  const hj = mqtt.open();
  hj.bytes(0x10, 10, 0, 2, 0x68, 0x6a, 5, 2, 0, 60, 0, 0);
  await hj.close();
});

test('session expiry decides whether the next connection finds the session', async () => {
  const mqtt = startMqtt();
  const present = async (packet: Parameters<typeof mqtt.connect>[0], expiry?: number) => {
    const client = await mqtt.connect(packet);
    const properties = expiry === undefined ? {} : { properties: { sessionExpiryInterval: expiry } };
    client.send({ cmd: 'disconnect', reasonCode: 0, ...properties });
    await client.close();
    await settle();
    return client.connack?.sessionPresent;
  };
  const lasting = { clean: false, properties: { sessionExpiryInterval: 60 } };
  assert.equal(await present({ clean: false }), false);
  assert.equal(await present(lasting), false);
  assert.equal(await present(lasting), true);
  assert.equal(await present(lasting, 0), true);
  assert.equal(await present(lasting), false);
  assert.equal(await present({ ...lasting, clean: true }), false);
  assert.equal(await present({ clean: false, protocolVersion: 4, clientId: 'old' }), false);
  assert.equal(await present({ clean: false, protocolVersion: 4, clientId: 'old' }), true);
});

test('a session that begins anew after its end is found again after a restart of the gateway', async () => {
  const mqtt = startMqtt();
  const lasting = { clean: false, properties: { sessionExpiryInterval: 600 } } as const;
  const first = await mqtt.connect(lasting);
  first.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  await first.close();
  await settle();
  assert.deepEqual(recoverSessions(mqtt.ingest.sessions), []);
  const second = await mqtt.connect(lasting);
  assert.equal(second.connack?.sessionPresent, false);
  second.publish(5, '{}', { qos: 2 });
  await second.next('pubrec');
  assert.deepEqual(
    recoverSessions(mqtt.ingest.sessions).map(({ received }) => received),
    [[5]],
  );
});
