import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqtt } from './testing.ts';

test('acknowledgements of one group go out in one write', async () => {
  const mqtt = startMqtt();
  mqtt.ingest.hold();
  const client = await mqtt.connect();
  const chunks: number[] = [];
  client.socket.on('data', (chunk: Buffer) => chunks.push(chunk.length));
  for (let id = 1; id <= 10; id++) client.publish(id, '{}');
  await client.silence();
  mqtt.ingest.release();
  for (let id = 1; id <= 10; id++) await client.next('puback');
  assert.deepEqual(chunks, [40]);
});

test('a reason string that a client cannot take is left out', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect({ properties: { maximumPacketSize: 10 } });
  client.publish(1, 'refuse:range');
  assert.equal((await client.next('puback')).properties, undefined);
});
