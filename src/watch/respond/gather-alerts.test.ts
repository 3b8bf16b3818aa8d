import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatheredAlerts } from './gather-alerts.ts';
import { findingOf } from './testing.ts';

test('GatheredAlerts makes one alert of what is one trouble, however often it is told', () => {
  const alerts = new GatheredAlerts();
  const first = findingOf({ start: 1_000, end: 5_000 });
  alerts.take(first, 1);
  alerts.take({ ...first, end: 9_000, open: false }, 2);
  // Another detector of the same device meanwhile; the same of another device; and what comes later.
  alerts.take(findingOf({ id: 'b', start: 4_000, detectors: [{ name: 'hbos', score: 2, limit: 1, readings: 1 }] }), 3);
  alerts.take(findingOf({ id: 'c', device: 'truck-4', start: 4_000 }), 4);
  alerts.take(findingOf({ id: 'd', start: 20_000, end: 20_000 }), 5);
  assert.deepEqual(
    alerts.all.map(({ device, start, end, detectors }) => [device, start, end, detectors.map(({ name }) => name)]),
    [
      ['truck-3', 1_000, 9_000, ['hbos', 'robust-z']],
      ['truck-4', 4_000, 4_000, ['robust-z']],
      ['truck-3', 20_000, 20_000, ['robust-z']],
    ],
  );
});
