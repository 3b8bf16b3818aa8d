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
import { makeTemplate } from '../../../../test/support/make-template.ts';

const KIB = 1_024;
const DEVICES = 300;
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

test('DeviceWatch takes at most 16 KiB at ten fields, in memory and as a snapshot, and no more as it goes on', () => {
  const judge = new DeviceJudge(PLAN);
  read(new DeviceWatch('first', PLAN, judge), 0, FULL);
  const before = taken();
  const watches = Array.from({ length: DEVICES }, (_, i) => new DeviceWatch(`device-${i}`, PLAN, judge));
  for (const watch of watches) read(watch, 0, FULL);
  const each = (taken() - before) / DEVICES;
  assert.ok(each <= 16 * KIB, `a device takes ${each} bytes`);
  const [one] = watches;
  const full = one!.stateBytes;
  read(one!, FULL, 4_000);
  assert.equal(one!.stateBytes, full);
  assert.ok(one!.snapshot().length <= 16 * KIB, `a snapshot has ${one!.snapshot().length} bytes`);
});

test('DeviceWatch takes at most 5 KiB more for how a device connects, and no more as it goes on', () => {
  const text = 'devices: {d: {}}\nstreams: {s: {from: d, fields: {v: {type: number}}}}\ndetect: {s: {}}';
  const plan = planWatch(makeTemplate(text)).get(CONNECTIONS_STREAM)!;
  const judge = new DeviceJudge(plan);
  const width = plan.inputs.length + 1;
  const connect = (watch: DeviceWatch, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const times = Float64Array.of((1_700_000_000 + 300 * i) * 1e6);
      watch.take({ values: values.subarray(0, width), times, received: times, signals: Float64Array.of(0), count: 1 });
    }
  };
  connect(new DeviceWatch('first', plan, judge), 0, FULL);
  const before = taken();
  const watches = Array.from({ length: DEVICES }, (_, i) => new DeviceWatch(`device-${i}`, plan, judge));
  for (const watch of watches) connect(watch, 0, FULL);
  const each = (taken() - before) / DEVICES;
  assert.ok(each <= 5 * KIB, `a device takes ${each} bytes`);
  const [one] = watches;
  const full = one!.stateBytes;
  connect(one!, FULL, 4_000);
  assert.equal(one!.stateBytes, full);
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
