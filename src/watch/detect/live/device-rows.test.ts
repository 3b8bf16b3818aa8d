import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blurRows, RowOrder } from './device-rows.ts';
import { climatePlan, climateRows } from './testing.ts';

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
