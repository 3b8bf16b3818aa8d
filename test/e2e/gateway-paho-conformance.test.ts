import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import { millis } from '#base/core/index.ts';
import { connectPacket, settle, startMqtt } from '#flow/gateway/mqtt/testing.ts';
import type { MqttBench, RawClient } from '#flow/gateway/mqtt/testing.ts';
import type { Command } from '#flow/gateway/mqtt/session.ts';
import { frozenClock } from '../support/frozen-clock.ts';

/**
 * What the Paho conformance suite tests of a broker, as far as it applies to a gateway that routes nothing: where a
 * second client publishes there, the platform sends a command here. `docs/testing-mqtt.md` lists the ids.
 */

type ConnectChange = Partial<Packet & { cmd: 'connect' }>;

const THREE: ConnectChange = { protocolVersion: 4 };
const LASTING: ConnectChange = { clean: false, properties: { sessionExpiryInterval: 99_999 } };
const OWN = 'commands/truck-7/#';
const covered: string[] = [];

function conformance(id: string, run: () => Promise<void>): void {
  covered.push(id);
  test(id, run);
}

let lastId = 100;

async function subscribe(
  client: RawClient,
  topic: string,
  options: object = {},
  properties?: object,
): Promise<unknown> {
  const subscription = { topic, qos: 2 as const, nl: false, rap: false, rh: 0, ...options };
  const more = properties === undefined ? {} : { properties };
  client.send({ cmd: 'subscribe', messageId: ++lastId, subscriptions: [subscription], ...more });
  return (await client.next('suback')).granted[0];
}

function send(mqtt: MqttBench, name: string, change: Partial<Command> = {}): void {
  const payload = Buffer.from(name);
  const topic = `commands/truck-7/${name}`;
  mqtt.hub.send('truck-7', { id: name, topic, payload, retain: 'no', contentType: null, expires: null, ...change });
}

/** Takes the next commands, with the whole exchange of each. */
async function heard(client: RawClient, count: number): Promise<string[]> {
  const payloads: string[] = [];
  for (let open = 0; payloads.length < count || open > 0;) {
    const packet = await client.packet();
    if (packet.cmd === 'pubrel') {
      open--;
      client.send({ cmd: 'pubcomp', messageId: packet.messageId ?? 0, reasonCode: 0 });
      continue;
    }
    assert.ok(packet.cmd === 'publish', packet.cmd);
    payloads.push(String(packet.payload));
    if (packet.qos === 2) open++;
    if (packet.qos > 0) {
      const answer = packet.qos === 2 ? 'pubrec' : 'puback';
      client.send({ cmd: answer, messageId: packet.messageId ?? 0, reasonCode: 0 });
    }
  }
  await client.silence();
  return payloads;
}

async function goodbye(client: RawClient): Promise<void> {
  client.send({ cmd: 'disconnect', reasonCode: 0 });
  await client.close();
  await settle();
}

for (const [suite, version] of [
  ['client_test', THREE],
  ['client_test5', {}],
] as const) {
  const lasting: ConnectChange = version === THREE ? { ...THREE, clean: false } : LASTING;

  conformance(`${suite}.${suite === 'client_test' ? 'testBasic' : 'test_basic'}`, async () => {
    const mqtt = startMqtt();
    const client = await mqtt.connect(version);
    assert.equal(client.connack?.sessionPresent, false);
    client.publish(0, 'qos 0');
    client.publish(1, 'qos 1');
    client.publish(2, 'qos 2', { qos: 2 });
    await client.next('puback');
    await client.next('pubrec');
    client.send({ cmd: 'pubrel', messageId: 2 });
    await client.next('pubcomp');
    assert.equal(mqtt.ingest.admitted.length, 3);
    for (const qos of [0, 1, 2]) {
      assert.equal(await subscribe(client, OWN, { qos }), qos);
      send(mqtt, `command at ${qos}`.replaceAll(' ', '-'));
      assert.deepEqual(await heard(client, 1), [`command-at-${qos}`]);
    }
    await goodbye(client);
    const twice = await mqtt.connect(version);
    twice.send(connectPacket(version));
    if (suite === 'client_test5') assert.equal((await twice.next('disconnect')).reasonCode, 0x82);
    await twice.close();
    const wrong = mqtt.open();
    wrong.bytes(0x10, 10, 0, 2, 0x68, 0x6a, version === THREE ? 4 : 5, 2, 0, 60, 0, 0);
    await wrong.close();
  });

  conformance(`${suite}.${suite === 'client_test' ? 'test_retained_messages' : 'test_retained_message'}`, async () => {
    const mqtt = startMqtt();
    for (const name of ['a', 'b', 'c']) send(mqtt, name, { retain: 'keep' });
    const client = await mqtt.connect(version);
    await subscribe(client, OWN);
    assert.deepEqual(await heard(client, 3), ['a', 'b', 'c']);
    for (const name of ['a', 'b', 'c']) send(mqtt, name, { retain: 'keep', payload: Buffer.alloc(0) });
    await subscribe(client, OWN);
    await client.silence();
  });

  conformance(`${suite}.${suite === 'client_test' ? 'will_message_test' : 'test_will_message'}`, async () => {
    const mqtt = startMqtt();
    const client = await mqtt.connect({ ...version, will: { topic: 'status', payload: Buffer.from('gone') } });
    client.socket.destroy();
    await settle();
    assert.deepEqual(mqtt.ingest.events, [{ kind: 'will', detail: 'gone', client: 'c1' }]);
  });

  conformance(`${suite}.test_zero_length_clientid`, async () => {
    const mqtt = startMqtt();
    const unclean = mqtt.open();
    if (version === THREE) {
      unclean.bytes(0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0);
      await unclean.next('connack');
      await unclean.close();
    } else {
      unclean.bytes(0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 0, 0, 60, 0, 0, 0);
      assert.equal((await unclean.next('connack')).reasonCode, 0);
    }
    await mqtt.connect({ ...version, clientId: '' });
  });

  conformance(`${suite}.test_offline_message_queueing`, async () => {
    const mqtt = startMqtt();
    const client = await mqtt.connect(lasting);
    await subscribe(client, OWN);
    await goodbye(client);
    for (const name of ['a', 'b', 'c']) send(mqtt, name);
    const again = await mqtt.connect(lasting);
    assert.equal(again.connack?.sessionPresent, true);
    assert.deepEqual(await heard(again, 3), ['a', 'b', 'c']);
  });

  conformance(`${suite}.test_overlapping_subscriptions`, async () => {
    const mqtt = startMqtt();
    const client = await mqtt.connect(version);
    await subscribe(client, OWN);
    await subscribe(client, 'commands/truck-7/+', { qos: 1 });
    send(mqtt, 'once');
    const message = await client.next('publish');
    assert.equal(message.qos, 2, 'the highest that was granted');
    await client.silence();
  });

  conformance(`${suite}.test_keepalive`, async () => {
    const clock = frozenClock();
    const mqtt = startMqtt(clock);
    const will = { topic: 'status', payload: Buffer.from('keepalive expiry') };
    const client = await mqtt.connect({ ...version, keepalive: 5, will });
    clock.advance(millis(7_501));
    mqtt.service.sweep();
    if (version !== THREE) await client.next('disconnect');
    await client.close();
    await settle();
    assert.equal(mqtt.ingest.events.length, 1);
  });

  conformance(`${suite}.test_redelivery_on_reconnect`, async () => {
    const mqtt = startMqtt();
    const client = await mqtt.connect(lasting);
    await subscribe(client, 'commands/truck-7/one', { qos: 1 });
    await subscribe(client, 'commands/truck-7/two', { qos: 2 });
    await subscribe(client, 'commands/truck-7/two-more', { qos: 2 });
    for (const name of ['one', 'two', 'two-more']) send(mqtt, name);
    const sent = [await client.next('publish'), await client.next('publish'), await client.next('publish')];
    const idOf = (name: string): number => sent.find(({ payload }) => String(payload) === name)?.messageId ?? 0;
    client.send({ cmd: 'pubrec', messageId: idOf('two'), reasonCode: 0 });
    await client.next('pubrel');
    client.socket.destroy();
    await settle();
    const again = await mqtt.connect(lasting);
    const heardAgain = [await again.packet(), await again.packet(), await again.packet()];
    const seen = heardAgain.map((packet) => [packet.cmd, packet.messageId, packet.cmd === 'publish' && packet.dup]);
    const wanted = [
      ['publish', idOf('one'), true],
      ['pubrel', idOf('two'), false],
      ['publish', idOf('two-more'), true],
    ];
    assert.deepEqual(new Set(seen.map(String)), new Set(wanted.map(String)));
  });

  conformance(`${suite}.test_subscribe_failure`, async () => {
    const mqtt = startMqtt();
    const client = await mqtt.connect(version);
    assert.equal(await subscribe(client, 'test/nosubscribe'), version === THREE ? 0x80 : 0x87);
  });

  conformance(`${suite}.test_unsubscribe`, async () => {
    const mqtt = startMqtt();
    const client = await mqtt.connect(version);
    for (const name of ['a', 'b', 'c']) await subscribe(client, `commands/truck-7/${name}`);
    client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['commands/truck-7/a'] });
    await client.next('unsuback');
    for (const name of ['a', 'b', 'c']) send(mqtt, name);
    assert.deepEqual(await heard(client, 2), ['b', 'c']);
  });
}

conformance('client_test5.test_session_expiry', async () => {
  const clock = frozenClock();
  const mqtt = startMqtt(clock);
  const present = async (expiry: number, clean = false): Promise<boolean | undefined> => {
    const client = await mqtt.connect({ clean, properties: { sessionExpiryInterval: expiry } });
    await goodbye(client);
    return client.connack?.sessionPresent;
  };
  assert.equal(await present(0, true), false);
  assert.equal(await present(0), false);
  assert.equal(await present(5, true), false);
  clock.advance(millis(2_000));
  mqtt.hub.sweep();
  assert.equal(await present(5), true);
  clock.advance(millis(5_000));
  mqtt.hub.sweep();
  assert.equal(await present(5), false);
});

conformance('client_test5.test_publication_expiry', async () => {
  const clock = frozenClock();
  const mqtt = startMqtt(clock);
  const client = await mqtt.connect(LASTING);
  await subscribe(client, OWN);
  await goodbye(client);
  const now = clock.now();
  send(mqtt, 'soon', { expires: (now + 1_000_000) as Command['expires'] });
  send(mqtt, 'later', { expires: (now + 60_000_000) as Command['expires'] });
  clock.advance(millis(2_000));
  const again = await mqtt.connect(LASTING);
  const message = await again.next('publish');
  assert.equal(String(message.payload), 'later');
  assert.equal(message.properties?.messageExpiryInterval, 58);
});

conformance('client_test5.test_subscribe_options', async () => {
  const mqtt = startMqtt();
  send(mqtt, 'kept', { retain: 'keep' });
  const client = await mqtt.connect();
  await subscribe(client, OWN, { rh: 2 });
  await client.silence();
  await subscribe(client, OWN, { rh: 1 });
  await client.silence();
  await subscribe(client, OWN, { rh: 0, rap: true });
  assert.equal((await client.next('publish')).retain, true);
  send(mqtt, 'new', { retain: 'keep' });
  assert.equal((await client.next('publish')).retain, true);
  await subscribe(client, OWN, { rh: 2, rap: false });
  send(mqtt, 'newer', { retain: 'keep' });
  assert.equal((await client.next('publish')).retain, false);
});

conformance('client_test5.test_assigned_clientid', async () => {
  const client = await startMqtt().connect({ clientId: '' });
  assert.ok((client.connack?.properties?.assignedClientIdentifier ?? '').length > 0);
});

conformance('client_test5.test_subscribe_identifiers', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  await subscribe(client, OWN, {}, { subscriptionIdentifier: 456_789 });
  await subscribe(client, 'commands/truck-7/x', {}, { subscriptionIdentifier: 2 });
  send(mqtt, 'y');
  assert.equal([(await client.next('publish')).properties?.subscriptionIdentifier].flat()[0], 456_789);
  send(mqtt, 'x');
  const both = [(await client.next('publish')).properties?.subscriptionIdentifier].flat();
  assert.deepEqual(new Set(both), new Set([2, 456_789]));
});

conformance('client_test5.test_client_topic_alias', async () => {
  const mqtt = startMqtt();
  const zero = await mqtt.connect();
  zero.bytes(0x30, 6, 0, 1, 0x61, 3, 0x23, 0, 0);
  assert.ok(((await zero.next('disconnect').catch(() => null))?.reasonCode ?? 0x94) >= 0x81);
  const client = await mqtt.connect(LASTING);
  client.publish(1, 'one', { properties: { topicAlias: 1 } });
  client.publish(2, 'two', { topic: '', properties: { topicAlias: 1 } });
  await client.next('puback');
  await client.next('puback');
  assert.equal(mqtt.ingest.admitted.length, 2);
  await goodbye(client);
  const again = await mqtt.connect(LASTING);
  again.publish(4, 'four', { topic: '', properties: { topicAlias: 1 } });
  assert.equal((await again.next('disconnect')).reasonCode, 0x94);
});

conformance('client_test5.test_maximum_packet_size', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.publish(0, '.'.repeat(client.connack?.properties?.maximumPacketSize ?? 0));
  assert.equal((await client.next('disconnect')).reasonCode, 0x95);
  const small = await mqtt.connect({ properties: { maximumPacketSize: 64 } });
  await subscribe(small, OWN);
  send(mqtt, 'fits');
  await small.next('publish');
  send(mqtt, 'large', { payload: Buffer.alloc(64) });
  await small.silence();
});

conformance('client_test5.test_server_keep_alive', async () => {
  const client = await startMqtt().connect({ keepalive: 65_535 });
  assert.equal(client.connack?.properties?.serverKeepAlive, 300);
});

conformance('client_test5.test_flow_control1', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { receiveMaximum: 2 } });
  await subscribe(client, OWN);
  for (const name of ['a', 'b', 'c']) send(mqtt, name);
  const { messageId = 0 } = await client.next('publish');
  await client.next('publish');
  await client.silence();
  client.send({ cmd: 'pubrec', messageId, reasonCode: 0 });
  await client.next('pubrel');
  await client.silence();
  client.send({ cmd: 'pubcomp', messageId, reasonCode: 0 });
  assert.equal(String((await client.next('publish')).payload), 'c');
});

conformance('client_test5.test_flow_control2', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  const most = client.connack?.properties?.receiveMaximum ?? 0;
  for (let id = 1; id <= most + 1; id++) client.publish(id, 'x', { qos: 2 });
  let last: Packet | undefined;
  while (last?.cmd !== 'disconnect') {
    last = client.received.shift();
    if (last === undefined) await settle();
  }
  assert.equal(last.reasonCode, 0x93);
});

conformance('client_test5.test_will_delay', async () => {
  const clock = frozenClock();
  const mqtt = startMqtt(clock);
  const will = { topic: 'status', payload: Buffer.from('late'), properties: { willDelayInterval: 3 } };
  const client = await mqtt.connect({ ...LASTING, will });
  client.socket.destroy();
  await settle();
  clock.advance(millis(2_900));
  mqtt.hub.sweep();
  await settle();
  assert.equal(mqtt.ingest.events.length, 0);
  clock.advance(millis(200));
  mqtt.hub.sweep();
  await settle();
  assert.equal(mqtt.ingest.events.length, 1);
});

test('docs/testing-mqtt.md lists the ids that run here, and every other with a reason', () => {
  const page = readFileSync(new URL('../../docs/testing-mqtt.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(client_test5?\.\w+)` \| (applies|left out) \| (.+) \|$/gm)];
  const listed = rows.filter(([, , what]) => what === 'applies').map(([, id]) => id);
  assert.deepEqual(new Set(listed), new Set(covered));
  assert.equal(rows.length, 38);
});
