import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from '#run/server/index.ts';
import type { StreamDescription } from '#run/server/index.ts';
import { startMqttEndpoint } from '../../../../test/support/mqtt-endpoint.ts';
import { PlatformClient } from '../platform-client.ts';
import { standIn } from '../testing.ts';
import { PlatformSink } from './platform-sink.ts';

const STREAMS = [
  { name: 'water', from: ['meter', 'plc'] },
  { name: 'air', from: ['fan'] },
] as unknown as StreamDescription[];
const UNKNOWN = {
  status: 404,
  type: 'application/problem+json',
  text: '{"code":"IDENTITY_DEVICE_UNKNOWN","detail":"no"}',
};

test('PlatformSink enrols a device once, connects as it, and publishes to its streams', async (t) => {
  const endpoint = await startMqttEndpoint(t);
  const { key, certificate, authority, name } = endpoint.credential;
  const platform = await standIn(t, {
    'POST /v1/devices': { device: { name }, key, certificate, authority },
    'POST /v1/query': { rows: [{ seq: 90 }] },
  });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  const outcomes: number[] = [];
  await using sink = new PlatformSink({
    client,
    host: 'localhost',
    port: endpoint.port,
    streams: STREAMS,
    enrol: 'auto',
    grant: null,
    window: 10,
    patienceMs: 10_000,
    onAway: () => assert.fail('it was never away'),
    resume: true,
    onOutcome: ({ code }) => void outcomes.push(code),
  });
  assert.equal(await sink.open('device-1', { stream: 'water', type: null }), 80);
  await sink.open('device-1', { stream: 'air', type: 'fan' });
  await sink.publish('device-1', 'water', Buffer.from('{}'));
  await sink.publish('device-1', 'air', Buffer.from('{}'));
  await sink.flush();
  assert.deepEqual(
    endpoint.messages.map(({ topic }) => topic),
    ['streams/water', 'streams/air'],
  );
  assert.deepEqual(outcomes, [0, 0]);
  const enrolled = platform.heard.filter(({ route }) => route === 'POST /v1/devices');
  assert.deepEqual(
    enrolled.map(({ body }) => JSON.parse(body) as unknown),
    [{ name: 'device-1', type: 'meter', days: 1 }],
  );
});

test('PlatformSink enrols nobody unasked', async (t) => {
  const platform = await standIn(t, { 'POST /v1/devices/m-1/certificate': UNKNOWN });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  const common = {
    client,
    host: 'localhost',
    port: 1,
    streams: STREAMS,
    grant: null,
    window: 1,
    resume: false,
    patienceMs: 0,
    onAway: () => {},
  };
  await using sink = new PlatformSink({ ...common, enrol: null, onOutcome: () => assert.fail() });
  await assert.rejects(sink.open('m-1', { stream: 'water', type: null }), { code: 'CLI_REFUSED', hint: /--enrol/ });
});
