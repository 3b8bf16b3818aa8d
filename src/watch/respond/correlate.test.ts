import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { correlate } from './correlate.ts';
import { alertOf } from './merge-finding.ts';
import { findingOf } from './testing.ts';

const SECOND = 1_000_000;
const alert = (device: string, start: number, field = 'temperature', stream = 'climate') =>
  alertOf(
    findingOf({
      device,
      stream,
      start: start * SECOND,
      end: start * SECOND,
      causes: [{ ...findingOf().causes[0]!, field }],
    }),
    0,
  );

test('correlate() makes one incident with ordered steps of what happens to a device in stages', () => {
  const stages = [
    alert('truck-3', 0, 'interval'),
    alert('truck-3', 600, 'temperature'),
    alert('truck-3', 1_400, 'pressure', 'pump'),
    alert('truck-3', 9_000, 'temperature'),
    alert('truck-4', 700, 'humidity'),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(stages, { minLength: stages.length }), (shuffled) => {
      const incidents = correlate(shuffled);
      assert.deepEqual(incidents, correlate(stages));
      assert.deepEqual(
        incidents.map(({ devices, steps }) => [devices, steps.map(({ start }) => start / SECOND)]),
        [
          [['truck-3'], [0, 600, 1_400]],
          [['truck-4'], [700]],
          [['truck-3'], [9_000]],
        ],
      );
    }),
    { numRuns: 30, seed: 1 },
  );
});

test('correlate() keeps the id of an incident that grows', () => {
  const first = alert('truck-3', 0);
  const [before] = correlate([first]);
  const [after] = correlate([alert('truck-3', 60), first, alert('truck-5', 61)]);
  assert.equal(after?.id, before?.id);
  assert.deepEqual(after?.devices, ['truck-3', 'truck-5']);
});

test('correlate() makes few incidents of a storm of 10,000 alerts', () => {
  const storm = Array.from({ length: 10_000 }, (_, i) => alert(`d${i % 2_000}`, i / 10, `f${i % 3}`));
  assert.ok(correlate(storm).length <= 3);
});

test('correlate() has the devices of a pause of a fleet, and the alerts of them meanwhile, as one incident', () => {
  const pause = alertOf(findingOf({ device: '*', devices: ['a', 'b', 'c'], start: 1e6, end: 60e6 }), 1);
  const own = alertOf(findingOf({ device: 'b', start: 70e6, end: 71e6, causes: [] }), 1);
  const far = alertOf(findingOf({ device: 'z', start: 70e6, end: 71e6, causes: [] }), 1);
  const incidents = correlate([pause, own, { ...far, stream: 'other' }]);
  assert.deepEqual(
    incidents.map(({ devices }) => devices),
    [['a', 'b', 'c'], ['z']],
  );
});
