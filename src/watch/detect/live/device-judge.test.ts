import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CONNECTIONS_STREAM } from '#base/core/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { DeviceJudge } from './device-judge.ts';
import { DeviceWatch } from './device-watch.ts';
import { climatePlan } from './testing.ts';
import { planWatch } from './watch-plan.ts';
import type { WatchPlan } from './watch-plan.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';

const KIB = 1_024;
const DEVICES = 300;
/** Devices before those that are measured. */
const FIRST = 20;
/** More readings than the past of a device has room for. */
const FULL = 1_000;
const climate = climatePlan();
const fields = Array.from({ length: 10 }, (_, i) => ({ ...climate.fields[0]!, name: `f${i}` }));
const PLAN = {
  ...climate,
  fields: [...fields, climate.fields.at(-1)!],
  inputs: fields.map(({ name }) => ({ ...climate.inputs[0]!, name })),
  sources: fields.map((_, i) => i),
};

const random = seedRandom(3);
const values = Float64Array.from({ length: 4_000 * 11 }, () => 20 + nextNormal(random));

/** Bytes that are in use, with nothing left to collect. */
function taken(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function read(watch: DeviceWatch, from: number, to: number): void {
  for (let at = from; at < to; at += 25) {
    const times = Float64Array.from({ length: 25 }, (_, i) => (1_700_000_000 + 4 * (at + i)) * 1e6);
    watch.take({ values: values.subarray(at * 11, (at + 25) * 11), times, received: times, count: 25 });
  }
}

/** What is watched of how a device connects. */
function planOfConnections(): WatchPlan {
  const text = 'devices: {d: {}}\nstreams: {s: {from: d, fields: {v: {type: number}}}}\ndetect: {s: {}}';
  return planWatch(makeTemplate(text)).get(CONNECTIONS_STREAM)!;
}

/** Rows of connections, one in five minutes. */
function connect(watch: DeviceWatch, width: number, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const times = Float64Array.of((1_700_000_000 + 300 * i) * 1e6);
    watch.take({ values: values.subarray(0, width), times, received: times, signals: Float64Array.of(0), count: 1 });
  }
}

test('DeviceWatch takes at most 16 KiB at ten fields with how the device connects, and no more as it goes on', () => {
  const connections = planOfConnections();
  const width = connections.inputs.length + 1;
  const judges = { readings: new DeviceJudge(PLAN), connections: new DeviceJudge(connections) };
  const begin = (count: number): readonly (readonly [DeviceWatch, DeviceWatch])[] =>
    Array.from({ length: count }, (_, i) => {
      const device = `device-${i}`;
      const own = new DeviceWatch(device, PLAN, judges.readings);
      const connecting = new DeviceWatch(device, connections, judges.connections);
      read(own, 0, FULL);
      connect(connecting, width, 0, FULL);
      return [own, connecting];
    });
  // Code that is compiled meanwhile is no device's.
  begin(FIRST);
  const before = taken();
  const devices = begin(DEVICES);
  const each = (taken() - before) / DEVICES;
  assert.ok(each <= 16 * KIB, `a device takes ${each} bytes`);
  const [own, connecting] = devices[0]!;
  const full = [own.stateBytes, connecting.stateBytes];
  read(own, FULL, 4_000);
  connect(connecting, width, FULL, 4_000);
  assert.deepEqual([own.stateBytes, connecting.stateBytes], full);
  const saved = own.snapshot().length + connecting.snapshot().length;
  assert.ok(saved <= 18 * KIB, `its snapshots have ${saved} bytes`);
});

test('DeviceWatch finds the same beside others at one judge as alone', () => {
  const alone = new DeviceWatch('d', PLAN);
  const judge = new DeviceJudge(PLAN);
  const [one, other] = [new DeviceWatch('d', PLAN, judge), new DeviceWatch('other', PLAN, judge)];
  for (let at = 0; at < 500; at += 50) {
    for (const watch of [alone, one]) read(watch, at, at + 50);
    read(other, 1_000 + at, 1_050 + at);
  }
  assert.deepEqual(one.snapshot(), alone.snapshot());
  assert.notDeepEqual(other.snapshot(), one.snapshot());
  assert.deepEqual([one.readings, other.readings, one.until - alone.until], [500, 500, 0]);
});
