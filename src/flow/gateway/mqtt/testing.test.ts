import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqtt } from './testing.ts';

test('RawClient.next() fails on another packet and on a close', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.send({ cmd: 'pingreq' });
  await assert.rejects(client.next('puback'), /expected a puback/);
  client.send({ cmd: 'disconnect', reasonCode: 0 });
  await assert.rejects(client.next('pingresp'), /closed before/);
});
