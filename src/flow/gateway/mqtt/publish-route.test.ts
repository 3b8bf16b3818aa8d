import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASON } from '#flow/ingest/index.ts';
import { findRoute, isTopic } from './publish-route.ts';
import { SENSOR, TRUCK } from './testing.ts';

const devices = { find: (name: string) => [TRUCK, SENSOR].find((device) => device.name === name) ?? null };

test('findRoute() knows whom a message is about and why it may not be', () => {
  const find = (topic: string, sender = TRUCK) => {
    const { stream, about, refusal } = findRoute(Buffer.from(topic), topic, sender, devices, 1);
    return [stream, about.name, refusal];
  };
  assert.deepEqual(find('streams/climate'), ['climate', 'truck-7', 0]);
  assert.deepEqual(find('streams/climate/sensor-1'), ['climate', 'sensor-1', 0]);
  assert.deepEqual(find('streams/climate/ghost'), ['climate', 'truck-7', REASON.unknownDevice.number]);
  assert.deepEqual(find('streams/climate/truck-7', SENSOR), ['climate', 'truck-7', REASON.notAllowed.number]);
  assert.deepEqual(find('elsewhere'), ['', 'truck-7', REASON.notAStream.number]);
});

test('findRoute() asks for the right of now, not of when the sender connected', () => {
  const find = (speaksFor: readonly string[]) => {
    const now = { find: (name: string) => (name === TRUCK.name ? { ...TRUCK, speaksFor } : devices.find(name)) };
    return findRoute(Buffer.from('x'), 'streams/climate/sensor-1', TRUCK, now, 2).refusal;
  };
  assert.equal(find(TRUCK.speaksFor), 0);
  assert.equal(find([]), REASON.notAllowed.number);
});

test('isTopic() compares bytes in place', () => {
  const route = findRoute(Buffer.from('streams/a'), 'streams/a', TRUCK, devices, 1);
  const data = Buffer.from('xxstreams/axx');
  assert.equal(isTopic(route, data, 2, 11), true);
  assert.equal(isTopic(route, data, 2, 10), false);
  assert.equal(isTopic(route, data, 1, 10), false);
});
