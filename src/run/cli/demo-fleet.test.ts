import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from '#run/server/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { enrolFleet, fleetOf } from './demo-fleet.ts';
import { PlatformClient } from './platform-client.ts';
import { DEMO_TEMPLATE, readTemplate } from './template-source.ts';
import { standIn } from './testing.ts';

test('fleetOf() is the demo’s own fleet, or three of each type of another template', () => {
  const { template } = readTemplate(DEMO_TEMPLATE);
  const names = fleetOf(template).map(({ name }) => name);
  assert.ok(names.includes('truck-6') && names.includes('pump-4') && !names.includes('truck-7'));
  const other = makeTemplate('devices: { meter: {}, valve: {} }\nstreams: {}\n');
  assert.deepEqual(
    fleetOf(other).map(({ name }) => name),
    ['meter-1', 'meter-2', 'meter-3', 'valve-1', 'valve-2', 'valve-3'],
  );
});

test('enrolFleet() gives each device its certificate and the streams that it may publish to', async (t) => {
  const template = makeTemplate(
    'devices: { meter: {} }\nstreams: { water: { from: meter, fields: { level: { type: number } } } }\n',
  );
  const platform = await standIn(t, { 'POST /v1/devices': { key: 'k', certificate: 'c', authority: 'a' } });
  using client = await PlatformClient.open({ layout: layoutOf(platform.data), address: platform.address }, undefined);
  const fleet = await enrolFleet(client, template);
  assert.deepEqual(
    fleet.map(({ credential }) => credential.name),
    ['meter-1', 'meter-2', 'meter-3'],
  );
  assert.ok(fleet.every(({ streams }) => streams.length === 1 && streams[0]?.name === 'water'));
});
