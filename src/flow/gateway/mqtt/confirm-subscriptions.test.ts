import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, startMqtt } from './testing.ts';
import type { RawClient } from './testing.ts';

const LASTING = { clean: false, properties: { sessionExpiryInterval: 60 } } as const;

function subscribe(client: RawClient, topics: readonly string[]): void {
  const subscriptions = topics.map((topic) => ({ topic, qos: 1, nl: false, rap: false, rh: 2 }) as const);
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
}

test('a flood of SUBSCRIBE and UNSUBSCRIBE is taken at its pace', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect(LASTING);
  const before = mqtt.ingest.sessions.length;
  for (let i = 0; i < 100; i++) {
    subscribe(client, ['commands/truck-7/#']);
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['commands/truck-7/#'] });
  }
  await settle();
  assert.deepEqual([client.received.length, mqtt.ingest.sessions.length - before], [64, 64]);
  mqtt.service.sweep();
  await settle();
  assert.equal(client.received.length, 96);
  for (let second = 0; second < 4; second++) {
    mqtt.service.sweep();
    await settle();
  }
  assert.equal(client.received.length, 200);
});

test('what a change has written of a session counts as not durable, so that reading stops', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect(LASTING);
  for (let i = 0; i < 64; i += 16) {
    subscribe(
      client,
      Array.from({ length: 16 }, (_, n) => `commands/truck-7/${i + n}${'x'.repeat(235)}`),
    );
    await client.next('suback');
  }
  mqtt.ingest.hold();
  const before = mqtt.ingest.sessions.length;
  for (let i = 0; i < 59; i++) subscribe(client, [`commands/truck-7/0${'x'.repeat(235)}`]);
  await settle();
  const written = mqtt.ingest.sessions.slice(before).reduce((sum, { event }) => sum + event.length, 0);
  const largest = Math.max(...mqtt.ingest.sessions.map(({ event }) => event.length));
  assert.ok(written > 1_048_576 && written < 1_048_576 + 2 * largest, `${written} bytes in states of ${largest}`);
  mqtt.ingest.release();
  await settle();
  assert.equal(client.received.length, 59);
});
