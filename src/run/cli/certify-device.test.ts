import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certifyDevice } from './certify-device.ts';
import { layoutOf } from '#run/server/index.ts';
import { PlatformClient } from './platform-client.ts';
import { standIn } from './testing.ts';

const BUNDLE = { device: { name: 'a' }, key: 'k', certificate: 'c', authority: 'r' };
const refuse = (status: number, code: string) => ({
  status,
  type: 'application/problem+json',
  text: JSON.stringify({ code, detail: 'no' }),
});

test('certifyDevice() enrols a device, or renews the certificate of one that is there', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/devices': (body) => (body.includes('"new"') ? BUNDLE : refuse(409, 'IDENTITY_DEVICE_EXISTS')),
    'POST /v1/devices/old%3A1/certificate': BUNDLE,
  });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  assert.deepEqual(await certifyDevice(client, 'new', 'pump', 1), BUNDLE);
  assert.deepEqual(await certifyDevice(client, 'old:1', 'pump', 1), BUNDLE);
  assert.deepEqual(
    platform.heard.map(({ route, body }) => [route, JSON.parse(body)]),
    [
      ['POST /v1/devices', { name: 'new', type: 'pump', days: 1 }],
      ['POST /v1/devices', { name: 'old:1', type: 'pump', days: 1 }],
      ['POST /v1/devices/old%3A1/certificate', { days: 1 }],
    ],
  );
});

test('certifyDevice() passes other refusals on', async (t) => {
  const platform = await standIn(t, { 'POST /v1/devices': refuse(400, 'IDENTITY_TYPE_INVALID') });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  await assert.rejects(certifyDevice(client, 'a', 'b', 1), { code: 'CLI_REFUSED' });
});
