import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqtt } from '../testing.ts';

test('handlePingreq() answers, and refuses one with a body', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  client.send({ cmd: 'pingreq' });
  await client.next('pingresp');
  client.bytes(0xc0, 1, 0);
  assert.equal((await client.next('disconnect')).reasonCode, 0x81);
});
