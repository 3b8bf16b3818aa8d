import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { computeFeatures } from './compute-features.ts';
import { FeatureStream } from './feature-stream.ts';
import type { Feature } from './feature.ts';
import { MOST_PEERS, PeerSlots } from './peer-slots.ts';
import { peerFields } from './plan-features.ts';

const FEATURES: readonly Feature[] = [
  { kind: 'value', field: 0 },
  { kind: 'peers', field: 0, seconds: 10 },
  { kind: 'peers', field: 1, seconds: 25 },
];
/** Where the columns of each begin, and its slots. */
const COLUMNS = [
  [1, 10],
  [4, 25],
] as const;
const SECOND = 1e6;
const BEGAN = 1_700_000_000;

interface Row {
  readonly device: string;
  readonly time: number;
  readonly received: number;
  readonly values: readonly [number, number];
}

/** Rows of six devices in the order of their receipt: some late, some doubled, some with nothing in a field. */
const ROWS = fc
  .array(
    fc.record({
      device: fc.integer({ min: 0, max: 5 }),
      gap: fc.integer({ min: 0, max: 3 }),
      late: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) },
      ),
      values: fc.tuple(fc.integer({ min: -9, max: 9 }), fc.constantFrom(1, 2, 5, NaN)),
    }),
    { minLength: 60, maxLength: 200 },
  )
  .map((drawn) => {
    let received = BEGAN;
    return drawn.map(({ device, gap, late, values }): Row => {
      received += gap;
      return { device: `d${device}`, time: (received - late) * SECOND, received: received * SECOND, values };
    });
  });

function take(slots: PeerSlots, { device, time, received, values }: Row): void {
  slots.add(device, time, received, (field) => values[field]!);
}

function asQuery(rows: readonly Row[], devices: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const slots = new PeerSlots(peerFields(FEATURES));
  const of = (device: string) => rows.filter((row) => row.device === device);
  // Device after device, as a query answers.
  for (const device of devices) for (const row of of(device)) take(slots, row);
  return new Map(
    devices.map((device) => {
      const times = Float64Array.from(of(device), ({ time }) => time);
      const values = Float64Array.from(of(device).flatMap((row) => [...row.values]));
      return [device, [...computeFeatures(FEATURES, times, values, 2, slots.view(device))]];
    }),
  );
}

function asStream(
  rows: readonly Row[],
  devices: readonly string[],
  restart: number,
): ReadonlyMap<string, readonly number[]> {
  let slots = new PeerSlots(peerFields(FEATURES));
  const streams = new Map(devices.map((device) => [device, new FeatureStream(FEATURES, 2)]));
  const said = new Map(devices.map((device): [string, number[]] => [device, []]));
  for (const [i, row] of rows.entries()) {
    if (i === restart) {
      const saved = JSON.parse(JSON.stringify(slots.save())) as ReturnType<PeerSlots['save']>;
      slots = new PeerSlots(peerFields(FEATURES));
      slots.restore(saved);
    }
    take(slots, row);
    const { device, time, values } = row;
    said
      .get(device)!
      .push(...streams.get(device)!.push(Float64Array.of(time), Float64Array.from(values), slots.view(device)));
    slots.prune();
  }
  return said;
}

test('peers: a stream with state that is kept gives what a query does, whatever is late or doubled', () => {
  let known = 0;
  const devices = ['d0', 'd1', 'd2', 'd3', 'd4', 'd5'];
  fc.assert(
    fc.property(ROWS, fc.nat(200), (rows, restart) => {
      const stream = asStream(rows, devices, restart);
      const query = asQuery(rows, devices.toReversed());
      for (const device of devices) {
        const [a, b] = [stream.get(device)!, query.get(device)!];
        assert.equal(a.length, b.length);
        for (const [i, row] of rows.filter((one) => one.device === device).entries()) {
          for (const [column, seconds] of COLUMNS) {
            const at = i * 7 + column;
            // What a row would be compared with that comes this late may be gone in a stream.
            const gone = row.received >= (Math.floor(row.time / seconds / SECOND) + 2) * seconds * SECOND;
            if (!gone || !Number.isNaN(a[at])) assert.deepEqual(a.slice(at, at + 3), b.slice(at, at + 3));
            if (!Number.isNaN(a[at])) known += 1;
          }
        }
      }
    }),
    { numRuns: 60, seed: 1 },
  );
  assert.ok(known > 500, String(known));
});

test('peers: what came too late is no part of what others are compared with', () => {
  const slots = new PeerSlots([{ field: 0, seconds: 10 }]);
  const add = (device: string, at: number, value: number, late = 0): void =>
    slots.add(device, at * SECOND, (at + late) * SECOND, () => value);
  for (const [i, device] of ['a', 'b', 'c', 'd'].entries()) add(device, 100 + i, 10 + i);
  add('e', 105, 99, 15);
  const stands = (time: number) => slots.view('a').at({ field: 0, seconds: 10 }, time * SECOND, 20);
  assert.deepEqual([stands(119), stands(120)?.others, stands(130)], [null, 3, null]);
  add('f', 109, 99, 10);
  assert.equal(stands(120)?.others, 4, 'in time');
  assert.equal(stands(120)?.below, 3);
});

test('peers: a group is told from so many devices, the same whatever the order, and keeps as many slots as it needs', () => {
  const names = Array.from({ length: MOST_PEERS + 50 }, (_, i) => `device-${i}`);
  const of = (order: readonly string[]): PeerSlots => {
    const slots = new PeerSlots([{ field: 0, seconds: 10 }]);
    for (const name of order) slots.add(name, 5 * SECOND, -Infinity, () => name.length);
    return slots;
  };
  const [one, other] = [of(names), of(names.toReversed())];
  const sorted = (slots: PeerSlots) => slots.save().slots.map(([, , members]) => members.map(([name]) => name).sort());
  assert.equal(sorted(one)[0]!.length, MOST_PEERS);
  assert.deepEqual(sorted(one), sorted(other));
  for (let at = 0; at < 1_000; at += 10) {
    one.add('device-1', at * SECOND, -Infinity, () => 1);
    one.prune();
  }
  assert.equal(one.save().slots.length, 6);
});

/** How far a device is from seven others that all go up by `slope` a slot, each by its own mean, when it goes by `own` more. */
function positionOf(slope: number, own: number): number {
  const field = { field: 0, seconds: 10 };
  const slots = new PeerSlots([field]);
  const at = (device: number, slot: number): number => 100 + device / 10 + slope * slot;
  for (let slot = 0; slot < 8; slot++) {
    for (let device = 0; device < 8; device++)
      slots.add(`d${device}`, (slot * 10 + 5) * SECOND, -Infinity, () => at(device, slot));
  }
  return slots.view('d4').at(field, 95 * SECOND, at(4, 9) + own)!.position;
}

test('peers: where the whole group moves nobody is far from it, and who leaves it still is', () => {
  assert.ok(Math.abs(positionOf(0, 0)) < 1);
  assert.ok(positionOf(0, 5) > 10);
  // Two slots on the group has moved by thirty of its spreads.
  for (const slope of [5, -5]) assert.ok(Math.abs(positionOf(slope, 0)) < 1.5, String(positionOf(slope, 0)));
  assert.ok(positionOf(5, 300) > 10);
});

test('peers: a clock that is ahead pushes nobody out', () => {
  const field = { field: 0, seconds: 10 };
  const slots = new PeerSlots([field]);
  for (let at = 100; at < 130; at += 5) {
    for (const device of ['a', 'b', 'c', 'd']) slots.add(device, at * SECOND, at * SECOND, () => 1);
    for (let ahead = 10; ahead < 100; ahead += 10) slots.add('e', (at + ahead) * SECOND, at * SECOND, () => 1);
    slots.prune();
  }
  assert.equal(slots.view('a').at(field, 125 * SECOND, 1)?.others, 3);
});
