import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMqtt } from './testing.ts';

test('MqttService counts connections and forgets those that end', async () => {
  const mqtt = startMqtt();
  const client = await mqtt.connect();
  await mqtt.connect({ clientId: 'c2' });
  assert.equal(mqtt.service.size, 2);
  client.send({ cmd: 'disconnect', reasonCode: 0 });
  await client.close();
  assert.equal(mqtt.service.size, 1);
});

test('clients of two devices with one client id do not meet', async () => {
  const mqtt = startMqtt();
  const { SENSOR } = await import('./testing.ts');
  const truck = await mqtt.connect();
  await mqtt.connect({}, SENSOR);
  await truck.silence();
  assert.equal(mqtt.service.size, 2);
});
