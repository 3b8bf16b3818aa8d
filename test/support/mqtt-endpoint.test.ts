import assert from 'node:assert/strict';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { startMqttEndpoint } from './mqtt-endpoint.ts';

test('startMqttEndpoint() takes a stock client and answers as it is told', async (t) => {
  const endpoint = await startMqttEndpoint(t, (payload) => ({ code: payload === 'bad' ? 0x83 : 0 }));
  const { key, certificate, authority } = endpoint.credential;
  const client = await mqtt.connectAsync({
    protocol: 'mqtts',
    host: 'localhost',
    port: endpoint.port,
    protocolVersion: 5,
    key,
    cert: certificate,
    ca: authority,
  });
  await client.publishAsync('streams/a', 'good', { qos: 1 });
  await assert.rejects(client.publishAsync('streams/a', 'bad', { qos: 1 }));
  await client.endAsync(true);
  assert.deepEqual(endpoint.messages, [
    { topic: 'streams/a', payload: 'good' },
    { topic: 'streams/a', payload: 'bad' },
  ]);
  assert.equal(endpoint.connections(), 1);
});
