import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, startMqtt } from '../testing.ts';

const WILL = { topic: 'status', payload: Buffer.from('lost'), qos: 1 } as const;

test('a goodbye voids the will; an end without one, or one that asks for it, records it', async () => {
  for (const [bytes, events] of [
    [[0xe0, 0], 0],
    [[0xe0, 2, 0, 0], 0],
    [[0xe0, 2, 4, 0], 1],
    [null, 1],
  ] as const) {
    const mqtt = startMqtt();
    const client = await mqtt.connect({ will: WILL });
    if (bytes === null) client.socket.destroy();
    else client.bytes(...bytes);
    await settle();
    assert.equal(mqtt.ingest.events.length, events);
    assert.equal(mqtt.service.size, 0);
  }
});

test('a will with a delay waits with the session', async () => {
  const mqtt = startMqtt();
  const will = { ...WILL, properties: { willDelayInterval: 3_600 } };
  const client = await mqtt.connect({ will, properties: { sessionExpiryInterval: 60 } });
  client.socket.destroy();
  await settle();
  assert.equal(mqtt.ingest.events.length, 0);
  await mqtt.connect({ clean: true });
  await settle();
  assert.deepEqual(mqtt.ingest.events, [{ kind: 'will', detail: 'lost', client: 'c1' }]);
});

test('a session that was to end with its connection cannot be prolonged', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 60 } });
  assert.equal((await client.next('disconnect')).reasonCode, 0x82);
});
