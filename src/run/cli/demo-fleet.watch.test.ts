import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '#base/core/index.ts';
import { misbehaviourOf, seededUniform, SimulatedReadings } from '#run/twin/index.ts';
import { DeviceWatch, planWatch, RowGatherer } from '#watch/detect/index.ts';
import type { Finding } from '#watch/detect/index.ts';
import { DEMO_ORDER, fleetOf } from './demo-fleet.ts';
import { DEMO_TEMPLATE, readTemplate } from './template-source.ts';

const { template } = readTemplate(DEMO_TEMPLATE);
const PLANS = planWatch(template);
const BEGIN = 1_764_500_000;
/** What tells of each kind, and a first round of all. */
const TOLD = { surge: /jumped|was 95 %/, silent: /interval/, stuck: /stayed at/, drift: /temperature of/ };
const ROUND = 750;

/** What the watch finds of a device of the demo in its first round, by the template of the demo. */
function watched(index: number): readonly Finding[] {
  const devices = fleetOf(template);
  const { name, type } = devices[index]!;
  const stream = [...template.streams.values()].find(({ from }) => from.includes(type))!;
  const plan = PLANS.get(stream.name)!;
  const uniform = seededUniform(DEMO_ORDER.seed + index);
  const readings = new SimulatedReadings(name, [stream], uniform, misbehaviourOf(index, devices.length));
  const [gatherer, watch, found] = [new RowGatherer(plan), new DeviceWatch(name, plan), [] as Finding[]];
  for (let since = 0; since < ROUND; since += 1 / DEMO_ORDER.perSecond) {
    const at = BEGIN + since;
    const fields = readings.next(stream, at, since);
    if (fields === null) continue;
    const time = (column: string) => ({ name: column, data: numbers(Math.round(at * 1e6), 'time') });
    const own = plan.inputs.map((input) => ({ name: input.name, data: cell(fields[input.name] ?? null) }));
    const columns = [{ name: 'device', data: cell(name) }, time('time'), time('received'), ...own];
    gatherer.add({ stream: stream.name, template: '', rows: 1, columns });
    for (const [, rows] of gatherer.drain()) found.push(...watch.take(rows));
  }
  return found;
}

function numbers(value: number, type: 'number' | 'time'): Column {
  return { type, values: Float64Array.of(value), nulls: null };
}

function cell(value: unknown): Column {
  if (typeof value === 'string') return { type: 'text', codes: new Uint32Array(1), dictionary: [value], nulls: null };
  if (typeof value === 'boolean') return { type: 'boolean', values: Uint8Array.of(value ? 1 : 0), nulls: null };
  return { ...numbers(Number(value), 'number'), nulls: value === null ? Uint8Array.of(1) : null };
}

test('each misbehaviour that the demo schedules is an alert in its first round, and nothing else is', () => {
  const fleet = fleetOf(template);
  for (const [index, { name }] of fleet.entries()) {
    const found = watched(index);
    const wrong = misbehaviourOf(index, fleet.length);
    if (wrong === null) {
      assert.deepEqual(found.map(({ sentence }) => sentence), [], name); // prettier-ignore
      continue;
    }
    const [from, to] = [wrong.from, wrong.from + wrong.seconds + 1].map((seconds) => (BEGIN + seconds) * 1e6);
    const told = found.filter(({ start }) => start >= from! && start <= to!);
    assert.ok(
      told.some(({ sentence }) => TOLD[wrong.kind].test(sentence)),
      `${wrong.kind} of ${name}: ${found.map(({ sentence }) => sentence).join('; ')}`,
    );
    assert.ok(found.every(({ start }) => start >= from!), `${name} is told of before it misbehaves`); // prettier-ignore
  }
});
