import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { test } from 'node:test';
import { startTestPlatform } from './running-platform.ts';

const TEMPLATE = 'devices: { truck: {} }\nstreams: { climate: { from: truck, fields: { n: { type: integer } } } }';

test('startTestPlatform() starts a platform, again on the same folder, and leaves nothing', async () => {
  const weir = await startTestPlatform(TEMPLATE);
  await weir.enrol('truck-1', 'truck');
  await weir.restart();
  const { devices } = await weir.ask<{ devices: { name: string }[] }>('GET', '/v1/devices');
  assert.ok(devices.some(({ name }) => name === 'truck-1'));
  await weir[Symbol.asyncDispose]();
  await assert.rejects(access(weir.folder), { code: 'ENOENT' });
});
