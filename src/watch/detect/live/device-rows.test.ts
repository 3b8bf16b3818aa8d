import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blurRows, checkedFields, checkedRows, RowOrder, sliceGiven } from './device-rows.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { climatePlan, climateRows } from './testing.ts';
import { planStream } from './watch-plan.ts';

const PLAN = climatePlan();

test('RowOrder leaves out rows that are earlier than one before them, and counts them', () => {
  const order = new RowOrder();
  const rows = climateRows(0, 4);
  rows.times[2] = rows.times[0]! - 1;
  const { count, times, values } = order.timely(rows, PLAN);
  assert.deepEqual([count, order.late, times[2]], [3, 1, rows.times[3]]);
  // The time since the one before: of the first there is none.
  assert.ok(Number.isNaN(values[3]!));
  assert.ok(Math.abs(values[2 * 4 + 3]! - Math.log1p(2)) < 1e-9);
  assert.deepEqual([order.since, order.until], [rows.times[0], rows.times[3]]);
});

test('RowOrder keeps all rows in the order of receipt where that is their time', () => {
  const order = new RowOrder();
  const rows = climateRows(0, 3);
  rows.times.fill(rows.times[0]!);
  const { count, times } = order.timely(rows, { ...PLAN, byReceipt: true });
  assert.deepEqual([count, times[1]! - times[0]!, order.late], [3, 1, 0]);
});

test('blurRows() stays within the resolution, and is the same however rows are cut', () => {
  const rows = climateRows(0, 10);
  const whole = blurRows(rows, PLAN, 0);
  const tail = { values: rows.values.slice(5 * 4), times: rows.times.slice(5), count: 5 };
  assert.deepEqual(blurRows(tail, PLAN, 5), whole.slice(5 * 4));
  for (let i = 0; i < whole.length; i++) {
    const { resolution } = PLAN.fields[i % 4]!;
    const most = 0.5 * (resolution || 1e-3 * Math.abs(rows.values[i]!));
    if (!Number.isNaN(rows.values[i]!)) assert.ok(Math.abs(whole[i]! - rows.values[i]!) <= most + 1e-12);
  }
});

test('checkedRows() gives the checks the numbers of readings, wherever texts and features stand', () => {
  const { streams } = makeTemplate(`
devices: { d: {} }
streams:
  s: { from: d, fields: { word: { type: text }, x: { type: number }, open: { type: boolean }, y: { type: number } } }
`);
  const plan = planStream(streams.get('s')!, { alarms: 1, seconds: 604_800 });
  assert.deepEqual(
    checkedFields(plan).map(({ name }) => name),
    ['x', 'y', '_interval'],
  );
  const given = Float64Array.from([7, 1, 0, 2, NaN, 8, 3, 1, 4, NaN]);
  const { values } = checkedRows({ values: given, times: Float64Array.from([1, 2]), count: 2 }, plan);
  assert.deepEqual([...values], [1, 2, NaN, 3, 4, NaN]);
  const plain = climateRows(0, 3);
  assert.equal(checkedRows(plain, PLAN), plain);
});

test('sliceGiven() gives some rows with all that stands beside them, where there is room for more', () => {
  const rows = climateRows(0, 5);
  const plan = {
    ...PLAN,
    signs: [{ role: 'case-open', field: 'a' } as const, { role: 'boot-count', field: 'b' } as const],
  };
  const signals = Float64Array.from({ length: 16 }, (_, i) => i);
  const some = sliceGiven({ ...rows, received: Float64Array.from({ length: 8 }, (_, i) => i), signals }, plan, 1, 3);
  assert.deepEqual(some, {
    values: rows.values.slice(4, 12),
    times: rows.times.slice(1, 3),
    count: 2,
    received: Float64Array.of(1, 2),
    signals: Float64Array.of(2, 3, 4, 5),
  });
});
