import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../test/support/eventually.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { startMqttEndpoint } from '../../../test/support/mqtt-endpoint.ts';
import { startFleet } from './fleet.ts';

test('startFleet() publishes from a process of its own, which ends when it is disposed of', async (t) => {
  const template = makeTemplate(
    'devices: { reefer: {} }\nstreams: { water: { from: reefer, fields: { level: { type: number } } } }\n',
  );
  const streams = [...template.streams.values()].filter(({ name }) => name === 'water');
  const endpoint = await startMqttEndpoint(t);
  const devices = [{ credential: endpoint.credential, streams }];
  const order = { host: 'localhost', port: endpoint.port, devices, perSecond: 20, faultRatio: 0, seed: 1 };
  const fleet = await startFleet(order);
  const heard = await eventually(
    () => endpoint.messages.length,
    (count) => count >= 3,
  );
  assert.ok(heard >= 3);
  assert.notEqual(fleet.pid, process.pid);
  await fleet[Symbol.asyncDispose]();
  await fleet.ended;
  assert.throws(() => process.kill(fleet.pid, 0), { code: 'ESRCH' });
});
