import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePhysics } from '#declare/template/index.ts';
import { compilePhysics } from '../checks/physics-check.ts';
import { DeviceChecks } from './device-checks.ts';
import type { DeviceRows } from './device-rows.ts';
import { DeviceWatch } from './device-watch.ts';
import type { Finding } from './finding.ts';
import { climatePlan, climateRows } from './testing.ts';
import type { WatchPlan } from './watch-plan.ts';

const BASE = climatePlan();
const NAMES = BASE.fields.map(({ name }) => name);
const RULES = [
  'temperature changes by at most 5/s',
  'humidity = 50 * one within 20 %'.replace('50 * one', '0.7 * pulse'),
];
const PLAN: WatchPlan = {
  ...BASE,
  signs: [
    { role: 'case-open', field: 'lid' },
    { role: 'sensor-id', field: 'probe' },
    { role: 'boot-count', field: 'boots' },
  ],
  physics: RULES.map((text) => compilePhysics(parsePhysics(text)!, NAMES)!),
};

/** Readings with signs: the case is closed, the sensor is 41, it has started three times. */
function signedRows(
  from: number,
  to: number,
  change: (row: number, signs: Float64Array) => void = () => {},
): DeviceRows {
  const rows = climateRows(from, to);
  const signals = new Float64Array(3 * rows.count);
  for (let row = 0; row < rows.count; row++) {
    const signs = signals.subarray(3 * row, 3 * row + 3);
    signs.set([0, 41, 3]);
    change(from + row, signs);
  }
  return { ...rows, received: rows.times.slice(), signals };
}

function kinds(found: readonly Finding[]): readonly string[] {
  return [...new Set(found.map(({ violates }) => violates?.kind ?? 'none'))];
}

function seated(plan: WatchPlan): DeviceChecks {
  const checks = new DeviceChecks(plan);
  checks.seat('truck-3', { history: new Uint8Array(0), open: [] });
  return checks;
}

function tell(rows: DeviceRows, checks = seated(PLAN)): readonly Finding[] {
  const found: Finding[] = [];
  checks.take(rows, rows, { peers: null }, found);
  return found;
}

test('DeviceChecks tell of nothing where nothing is wrong', () => {
  assert.deepEqual(tell(signedRows(0, 2_000)), []);
});

test('DeviceChecks tell each sign of tampering by its own name, once while it lasts', () => {
  const opened = tell(signedRows(0, 300, (row, signs) => row >= 100 && row < 150 && (signs[0] = 1)));
  assert.deepEqual(kinds(opened), ['case-open']);
  assert.equal(new Set(opened.map(({ id }) => id)).size, 1);
  assert.deepEqual(
    [opened.at(-1)?.open, opened[0]?.budget, opened[0]?.sentence],
    [false, null, 'truck-3: its case was opened'],
  );
  assert.deepEqual(kinds(tell(signedRows(0, 300, (row, signs) => row >= 100 && (signs[1] = 42)))), ['sensor-swap']);
  const loop = tell(signedRows(0, 600, (row, signs) => (signs[2] = 3 + Math.floor(row / 60))));
  assert.deepEqual(kinds(loop), ['boot-loop']);
  const late = signedRows(0, 400);
  for (let row = 200; row < 400; row++) late.times[row] = late.times[row]! + 120e6;
  assert.deepEqual(kinds(tell(late)), ['clock-jump']);
  const played = signedRows(0, 1_500);
  played.values.set(played.values.subarray(600 * 4, 900 * 4), 1_200 * 4);
  assert.deepEqual(kinds(tell(played)), ['replay']);
});

/** Readings at one a second, of which each three-hundredth tells a time that is as far ahead as streams accept. */
function lateRows(from: number, to: number): DeviceRows {
  const rows = signedRows(from, to);
  for (let i = from; i < to; i++) if (i % 300 === 0) rows.times[i - from] = rows.times[i - from]! + 295e6;
  return rows;
}

test('DeviceChecks tell of readings that are made late, as one alert while it lasts', () => {
  const watch = new DeviceWatch('truck-3', BASE);
  const found = [0, 600, 1_200, 1_800].flatMap((from) => watch.take(lateRows(from, from + 600)));
  // What it is about: nearly nothing was judged.
  assert.ok(watch.readings < 60 && watch.late > 2_300, `${watch.readings} judged, ${watch.late} late`);
  const late = found.filter(({ violates }) => violates?.kind === 'made-late');
  assert.deepEqual([new Set(late.map(({ id }) => id)).size, late.at(-1)?.open], [1, true]);
  assert.ok(late[0]!.start <= (1_700_000_000 + 605) * 1e6);
  assert.deepEqual([late[0]?.techniques, late[0]?.severity], [['T0856'], 'high']);
  assert.match(late[0]?.sentence ?? '', /^truck-3: most of its readings are earlier than one that it sent before/);
  // And over once they are timely again.
  const after = watch.take(signedRows(2_700, 4_000)).filter(({ id }) => id === late[0]?.id);
  assert.equal(after.at(-1)?.open, false);
});

test('DeviceChecks go on counting readings that are made late over a restart', () => {
  const whole = new DeviceWatch('truck-3', BASE);
  const all = [...whole.take(lateRows(0, 500)), ...whole.take(lateRows(500, 700))];
  const first = new DeviceWatch('truck-3', BASE);
  const before = first.take(lateRows(0, 500));
  const second = DeviceWatch.restore('truck-3', BASE, first.snapshot());
  assert.deepEqual([...before, ...second.take(lateRows(500, 700))], all);
  assert.ok(kinds(all).includes('made-late'));
});

test('DeviceChecks name the rule of physics that was broken', () => {
  const jumped = signedRows(0, 100);
  jumped.values[50 * 4] = 20;
  const [found] = tell(jumped);
  assert.deepEqual(found?.violates, { kind: 'physics', rule: 'temperature changes by at most 5/s' });
  assert.match(found?.sentence ?? '', /break the rule temperature changes by at most 5\/s/);
  assert.equal(found?.evidence[0]?.values['temperature'], 20);
  const leak = signedRows(0, 100);
  leak.values[50 * 4 + 1] = 90;
  assert.equal(tell(leak)[0]?.violates?.rule, RULES[1]);
});

test('DeviceChecks go on from a saved state, whatever is going on', () => {
  const open = (row: number, signs: Float64Array) => row >= 90 && row < 110 && (signs[0] = 1);
  const whole = new DeviceWatch('truck-3', PLAN);
  const all = [...whole.take(signedRows(0, 100, open)), ...whole.take(signedRows(100, 300, open))];
  const first = new DeviceWatch('truck-3', PLAN);
  const before = first.take(signedRows(0, 100, open));
  const second = DeviceWatch.restore('truck-3', PLAN, first.snapshot());
  const after = second.take(signedRows(100, 300, open));
  assert.deepEqual([...before, ...after], all);
  assert.deepEqual(second.snapshot(), whole.snapshot());
});

test('DeviceChecks tell of a stranger behind known credentials, within three windows of behaviour', () => {
  const checks = seated(BASE);
  assert.deepEqual(tell(climateRows(0, 3_200), checks), []);
  assert.ok((checks.behaviour.asItself ?? 0) > 0);
  const other = climateRows(3_200, 3_400);
  for (let i = 0; i < 200; i++) {
    other.values[i * 4] = 60 + 9 * Math.sin(i);
    other.values[i * 4 + 1] = 5;
  }
  const [found] = tell(other, checks);
  assert.equal(found?.violates?.kind, 'stranger');
  assert.ok(found.start <= other.times[3 * 32]!);
  assert.deepEqual(found.techniques, ['T0849']);
});
