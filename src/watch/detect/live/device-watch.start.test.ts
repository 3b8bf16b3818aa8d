import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceWatch } from './device-watch.ts';
import type { Finding } from './finding.ts';
import { climatePlan, climateRows } from './testing.ts';

const PLAN = climatePlan({ alarms: 1, seconds: 3_600 });
const AT = 600;
/** Eight deviations from usual. */
const ODD = new Map([[AT, -18 + 8 * 0.5]]);

/** What is told of readings that begin with wild values of a field. */
function told(glitches: readonly (readonly [row: number, value: number])[], field = 0, block = 800) {
  const rows = climateRows(0, 800, ODD);
  if (field !== 0) {
    rows.values[AT * 4] = -18;
    rows.values[AT * 4 + field] = 50 + 8;
  }
  for (const [row, value] of glitches) rows.values[row * 4 + field] = value;
  const watch = new DeviceWatch('truck-3', PLAN);
  const found: Finding[] = [];
  for (let at = 0; at < rows.count; at += block) {
    const count = Math.min(block, rows.count - at);
    const values = rows.values.slice(at * 4, (at + count) * 4);
    found.push(...watch.take({ values, times: rows.times.slice(at, at + count), count }));
  }
  const brief = found.map(({ id, start, causes, detectors }) => [id, start, causes[0]?.field, detectors[0]?.name]);
  return { brief, watch };
}

const GLITCHES = [1e100, -1e100, 32_767, -32_767, 85];

test('DeviceWatch tells of what is unusual as it would had its first readings not been wild', () => {
  const plain = told([]).brief;
  assert.deepEqual([plain[0]?.[1], plain[0]?.[2]], [(1_700_000_000 + AT) * 1e6, 'temperature']);
  for (const value of GLITCHES) {
    for (let row = 0; row < 8; row++) {
      assert.deepEqual(told([[row, value]]).brief, plain, `${value} as reading ${row}`);
      const two = [[row, value], [(row + 3) % 8, -value / 2]] as const; // prettier-ignore
      assert.deepEqual(told(two).brief, plain, `${value} as reading ${row}, and another`);
    }
    const both = [[0, value], [1, value]] as const; // prettier-ignore
    assert.deepEqual(told(both).brief, plain, `${value} as both first readings`);
  }
  assert.deepEqual(told([[2, 32_767]], 1).brief, told([], 1).brief);
});

test('DeviceWatch begins the same with a wild reading however readings are cut into blocks, and over a restart', () => {
  const glitch = [[2, 32_767]] as const;
  const whole = told(glitch).watch.snapshot();
  for (const block of [1, 5, 7, 8, 9]) assert.deepEqual(told(glitch, 0, block).watch.snapshot(), whole, `by ${block}`);
  const rows = climateRows(0, 800, ODD);
  rows.values[2 * 4] = 32_767;
  let watch = new DeviceWatch('truck-3', PLAN);
  for (let at = 0; at < 800; at += 5) {
    watch.take({ values: rows.values.slice(at * 4, (at + 5) * 4), times: rows.times.slice(at, at + 5), count: 5 });
    watch = DeviceWatch.restore('truck-3', PLAN, watch.snapshot());
  }
  assert.deepEqual(watch.snapshot(), whole);
});

test('DeviceWatch has the usual of a field that began with a wild reading from the other readings', () => {
  const usual = told([[3, 1e100]]).watch.describe().fields.find(({ name }) => name === 'temperature')!; // prettier-ignore
  assert.ok(
    Math.abs(usual.centre + 18) < 0.2 && Math.abs(usual.spread - 0.5) < 0.15,
    `${usual.centre} ± ${usual.spread}`,
  );
});

test('DeviceWatch finds a replay and a stranger though its first readings were wild', () => {
  const rows = climateRows(0, 3_400);
  rows.values[1 * 4] = 1e100;
  const played = new DeviceWatch('d', PLAN);
  rows.values.set(rows.values.subarray(600 * 4, 900 * 4), 1_200 * 4);
  const kinds = played.take({ ...rows, count: 1_600 }).map(({ violates }) => violates?.kind ?? 'none');
  assert.ok(kinds.includes('replay'), kinds.join());
  const other = climateRows(0, 3_400);
  other.values[1 * 4] = 1e100;
  for (let i = 3_200; i < 3_400; i++) other.values[i * 4] = 60 + 9 * Math.sin(i);
  const strange = new DeviceWatch('d', PLAN).take(other).map(({ violates }) => violates?.kind ?? 'none');
  assert.ok(strange.includes('stranger'), strange.join());
});
