import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from '#run/server/index.ts';
import { PlatformClient } from '../platform-client.ts';
import { standIn } from '../testing.ts';
import { ImportGrant } from './import-grant.ts';

test('ImportGrant takes short grants and renews them for all devices before they end', async (t) => {
  const platform = await standIn(t, { 'POST /v1/grants/import': { devices: 1, minutes: 2 } });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  let now = 1_000;
  const grant = new ImportGrant(client, () => now);
  const asked = (): unknown[] => platform.heard.map(({ body }) => JSON.parse(body) as unknown);
  await grant.keep();
  assert.deepEqual(asked(), []);
  await grant.take('water', 'm-1');
  await grant.take('water', 'm-2');
  await grant.keep();
  assert.deepEqual(asked(), [
    { stream: 'water', devices: ['m-1'], minutes: 2 },
    { stream: 'water', devices: ['m-2'], minutes: 2 },
  ]);
  now += 60_000;
  await grant.keep();
  await grant.keep();
  assert.deepEqual(asked().slice(2), [{ stream: 'water', devices: ['m-1', 'm-2'], minutes: 2 }]);
  await grant.again('m-2');
  await grant.again('m-3');
  assert.deepEqual(asked().slice(3), [{ stream: 'water', devices: ['m-2'], minutes: 2 }]);
});
