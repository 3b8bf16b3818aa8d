import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../../../test/support/frozen-clock.ts';
import type { Command } from '../session.ts';
import { settle, startMqtt } from '../testing.ts';
import type { RawClient } from '../testing.ts';

let lastId = 0;

async function subscribe(client: RawClient, topic: string, more: object = {}, properties?: object) {
  const subscription = { topic, qos: 1 as const, nl: false, rap: false, rh: 0, ...more };
  client.send({
    cmd: 'subscribe',
    messageId: ++lastId,
    subscriptions: [subscription],
    ...(properties === undefined ? {} : { properties }),
  });
  const { granted, messageId } = await client.next('suback');
  assert.equal(messageId, lastId);
  return granted[0];
}

function command(id: string, change: Partial<Command> = {}): Command {
  const payload = Buffer.from(id);
  return { id, topic: 'commands/truck-7/do', payload, retain: 'no', contentType: null, expires: null, ...change };
}

test('a device may hear its own commands and nothing else', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  for (const [filter, code] of [
    ['commands/truck-7/#', 1],
    ['commands/truck-7/+', 1],
    ['commands/truck-7', 0x87],
    ['commands/truck-8/#', 0x87],
    ['commands/+/x', 0x87],
    ['commands/#', 0x87],
    ['#', 0x87],
    ['streams/climate', 0x87],
    ['$share/g/commands/truck-7/#', 0x9e],
    ['commands/truck-7/#/x', 0x8f],
    ['commands/truck-7/a+', 0x8f],
  ] as const) {
    assert.equal(await subscribe(client, filter), code, filter);
  }
  const old = await mqtt.connect({ protocolVersion: 4, clientId: 'old' });
  assert.equal(await subscribe(old, '#'), 0x80);
});

test('each QoS is granted as asked, and a QoS 0 subscription gets commands once', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  assert.equal(await subscribe(client, 'commands/truck-7/#', { qos: 2 }), 2);
  assert.equal(await subscribe(client, 'commands/truck-7/#', { qos: 1 }), 1);
  mqtt.hub.send('truck-7', command('a'));
  const message = await client.next('publish');
  assert.deepEqual([message.qos, String(message.payload), message.retain], [1, 'a', false]);
  client.send({ cmd: 'puback', messageId: message.messageId ?? 0, reasonCode: 0 });
  assert.equal(await subscribe(client, 'commands/truck-7/#', { qos: 0 }), 0);
  mqtt.hub.send('truck-7', command('b'));
  assert.equal((await client.next('publish')).qos, 0);
  await settle();
  assert.deepEqual(mqtt.reports, ['delivered a', 'delivered b']);
});

test('what is retained comes with the subscription, as its retain handling says', async () => {
  const mqtt = startMqtt();
  mqtt.hub.send('truck-7', command('config', { retain: 'keep', contentType: 'application/json' }));
  const client = await mqtt.connect();
  await subscribe(client, 'commands/truck-7/#');
  const message = await client.next('publish');
  assert.equal(message.retain, true);
  assert.equal(message.properties?.contentType, 'application/json');
  client.send({ cmd: 'puback', messageId: message.messageId ?? 0, reasonCode: 0 });
  await subscribe(client, 'commands/truck-7/#', { rh: 1 });
  await client.silence();
  await subscribe(client, 'commands/truck-7/+', { rh: 2 });
  await client.silence();
  await subscribe(client, 'commands/+/do'.replace('+', 'truck-7'), { rh: 1 });
  assert.equal((await client.next('publish')).retain, true);
});

test('retain as published says whether a new command is kept', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  await subscribe(client, 'commands/truck-7/#', { rap: true });
  mqtt.hub.send('truck-7', command('config', { retain: 'keep' }));
  assert.equal((await client.next('publish')).retain, true);
});

test('one message carries the identifiers of all subscriptions that match', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  await subscribe(client, 'commands/truck-7/#', {}, { subscriptionIdentifier: 2 });
  await subscribe(client, 'commands/truck-7/do', {}, { subscriptionIdentifier: 3 });
  mqtt.hub.send('truck-7', command('a'));
  const message = await client.next('publish');
  assert.deepEqual(message.properties?.subscriptionIdentifier, [2, 3]);
  await client.silence();
});

test('commands wait for a session that is away, and come again if they were not acknowledged', async () => {
  const mqtt = startMqtt();
  const lasting = { clean: false, properties: { sessionExpiryInterval: 60 } };
  const first = await mqtt.connect(lasting);
  await subscribe(first, 'commands/truck-7/#');
  mqtt.hub.send('truck-7', command('a'));
  const sent = await first.next('publish');
  first.socket.destroy();
  await settle();
  mqtt.hub.send('truck-7', command('b'));
  const second = await mqtt.connect(lasting);
  const again = await second.next('publish');
  assert.deepEqual([again.dup, again.messageId, String(again.payload)], [true, sent.messageId, 'a']);
  assert.equal(String((await second.next('publish')).payload), 'b');
});

test('no more commands are in flight than the client takes, and none larger than it takes', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { receiveMaximum: 2, maximumPacketSize: 64 } });
  await subscribe(client, 'commands/truck-7/#');
  mqtt.hub.send('truck-7', command('x'.repeat(64)));
  for (const id of ['a', 'b', 'c']) mqtt.hub.send('truck-7', command(id));
  const a = await client.next('publish');
  await client.next('publish');
  await client.silence();
  client.send({ cmd: 'puback', messageId: a.messageId ?? 0, reasonCode: 0 });
  assert.equal(String((await client.next('publish')).payload), 'c');
  await settle();
  assert.deepEqual(mqtt.reports, [`undelivered ${'x'.repeat(64)} packet-too-large`, 'delivered a']);
});

test('a command that has expired is not delivered', async () => {
  const clock = frozenClock();
  const mqtt = startMqtt(clock);
  const client = await mqtt.connect();
  await subscribe(client, 'commands/truck-7/#');
  const now = clock.now();
  mqtt.hub.send('truck-7', command('old', { expires: (now - 1) as Command['expires'] }));
  mqtt.hub.send('truck-7', command('new', { expires: (now + 10_000_000) as Command['expires'] }));
  const message = await client.next('publish');
  assert.equal(String(message.payload), 'new');
  assert.equal(message.properties?.messageExpiryInterval, 10);
});

test('a SUBSCRIBE without filters or with a bad identifier is a protocol error', async () => {
  for (const bytes of [
    [0x82, 3, 0, 1, 0],
    [0x82, 8, 0, 0, 0, 0, 1, 97, 0, 0].slice(0, 10),
    [0x82, 9, 0, 1, 2, 0x0b, 0, 0, 1, 97, 0],
  ]) {
    const mqtt = startMqtt();
    const client = await mqtt.connect();
    client.bytes(...bytes);
    const { reasonCode } = await client.next('disconnect');
    assert.ok(reasonCode === 0x82 || reasonCode === 0x81, String(bytes));
  }
});
