import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetFinding, fleetPause, isLate } from './fleet-pause.ts';
import type { Heard } from './fleet-pause.ts';

const T0 = 1_800_000_000e6;

/** Devices that send every second; those named were heard of last at these seconds. */
function fleet(count: number, quiet: Readonly<Record<string, Partial<Heard>>>, now: number): Map<string, Heard> {
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const heard = { at: now - 500_000, live: true, usual: 1e6, gap: null };
      return [`d${i}`, { ...heard, ...quiet[`d${i}`] }] as const;
    }),
  );
}

test('fleetPause() finds most devices of a stream silent together, and counts those that are not', () => {
  const now = T0 + 40e6;
  const quiet = Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`d${i}`, { at: T0 + 4e6 * i }]));
  const pause = fleetPause('climate', fleet(6, quiet, now), T0 + 8e6, now);
  assert.deepEqual([pause?.devices.size, pause?.of, pause?.from], [5, 6, [T0, T0 + 16e6]]);
  const told = fleetFinding(pause!, now, true);
  assert.equal(
    told.sentence,
    '5 of 6 devices of stream climate fell silent within 16 s: the network or the platform rather than the devices',
  );
  assert.deepEqual(told.devices, ['d0', 'd1', 'd2', 'd3', 'd4']);
  assert.deepEqual([told.device, told.open, told.start], ['*', true, T0]);
});

test('fleetPause() counts devices that are back, and none that were silent at another time, for less, or as usual', () => {
  const now = T0 + 40e6;
  const gap = (from: number, to: number) => ({ gap: { from: T0 + from * 1e6, to: T0 + to * 1e6 } });
  const all = fleet(9, { d0: { at: T0 }, d1: gap(0, 39), d2: gap(2, 40), d3: gap(0, 12), d4: gap(-600, 20), d5: { at: T0, usual: 60e6 }, d6: { at: T0, live: false } }, now); // prettier-ignore
  assert.equal(fleetPause('climate', all, T0, now), null);
  for (const name of ['d7', 'd8']) all.get(name)!.at = T0;
  assert.deepEqual([...fleetPause('climate', all, T0, now)!.devices], ['d0', 'd1', 'd2', 'd7', 'd8']);
  assert.equal(fleetPause('climate', fleet(2, { d0: { at: T0 }, d1: { at: T0 } }, now), T0, now), null);
});

test('fleetPause() counts none among those that send that had fallen silent before', () => {
  const now = T0 + 40e6;
  const gone = Object.fromEntries([4, 5, 6, 7, 8].map((i) => [`d${i}`, { at: T0 - 3_600e6 }]));
  const quiet = Object.fromEntries([0, 1, 2].map((i) => [`d${i}`, { at: T0 }]));
  const pause = fleetPause('climate', fleet(9, { ...gone, ...quiet }, now), T0, now);
  assert.deepEqual([pause?.devices.size, pause?.of], [3, 4]);
});

test('isLate() asks for twice the usual time, and of who is not known takes any for it', () => {
  assert.deepEqual(
    [isLate({ usual: 10 }, 20), isLate({ usual: 10 }, 21), isLate({ usual: NaN }, 1)],
    [false, true, true],
  );
});
