import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowExplainer } from './explain-row.ts';
import type { Beyond } from './explain-row.ts';
import type { DeviceRows } from './device-rows.ts';
import { findingId } from './finding.ts';
import { ReadingMemory } from './reading-memory.ts';
import { climatePlan, climateRows } from './testing.ts';

const PLAN = climatePlan();
const width = PLAN.fields.length;
const facts = { armed: true, limit: 8, seen: 300, watchedSeconds: 300, peaks: 9, expectedRate: 1e-7, likelyRate: 1e-6 };

/** A device that has sent 300 usual readings, and then one of 20 degrees. */
function wild() {
  const memory = new ReadingMemory(PLAN.fields);
  const rows: DeviceRows = climateRows(0, 301, new Map([[300, 20]]));
  const detector = PLAN.detectors[0]!.kind.create(width);
  for (let row = 0; row < 300; row++) memory.remember(rows, row, false);
  const scores = new Float64Array(300 * width);
  detector.stepFields({ values: rows.values.subarray(0, 300 * width), width, count: 300 }, scores);
  const own = new Float64Array(width);
  detector.scoreFields({ values: rows.values.subarray(300 * width), width, count: 1 }, own);
  const limits = new Float64Array(width).fill(8);
  let charged = 0;
  const beyond: Beyond = {
    detector,
    thresholds: { facts, charge: () => void (charged += 1) },
    rows,
    values: rows.values,
    exact: true,
    row: 300,
    time: rows.times[300]!,
    score: own[0]!,
    limit: 8,
    limits,
    times: own.map((score) => score / 8),
  };
  const explainer = new RowExplainer(PLAN, memory);
  explainer.seat('truck-3', null);
  return { explainer, beyond, rows, charged: () => charged };
}

test('RowExplainer makes of a row beyond a limit a finding that names its cause, what would have passed, and the rows before', () => {
  const { explainer, beyond, rows, charged } = wild();
  const alarm = explainer.alarmOf(beyond, [beyond]);
  assert.deepEqual([alarm.name, alarm.limit, alarm.time, charged()], ['robust-z', 8, beyond.time, 0]);
  alarm.charge();
  assert.equal(charged(), 1);
  const finding = alarm.explain({ name: alarm.name, score: alarm.score, limit: 8, readings: 1 });
  const [cause] = finding.causes;
  assert.deepEqual([finding.id, finding.open, finding.start], [findingId('truck-3', 'climate', 'robust-z', beyond.time), true, beyond.time]); // prettier-ignore
  assert.deepEqual([cause?.field, cause?.value, cause?.wouldPassFor], ['temperature', 20, ['robust-z']]);
  assert.ok(cause!.wouldPass! < 0 && cause!.wouldPass! > -18, `${cause?.wouldPass}`);
  assert.deepEqual(finding.evidence.map(({ time }) => time), [...rows.times.subarray(296)]); // prettier-ignore
  assert.match(finding.sentence, /^temperature of truck-3 was 20/);
});

test('RowExplainer asks all that told of a row what would have passed: no less than the strictest says', () => {
  const { explainer, beyond } = wild();
  const stricter: Beyond = { ...beyond, limits: new Float64Array(width).fill(4), times: beyond.times.map((one) => 2 * one) }; // prettier-ignore
  const passing = (all: readonly Beyond[]): number => {
    const { causes } = explainer.alarmOf(beyond, all).explain({ name: 'robust-z', score: 9, limit: 8, readings: 1 });
    return causes[0]!.wouldPass!;
  };
  const [alone, both] = [passing([beyond]), passing([beyond, stricter])];
  assert.ok(both > -18 && both < alone - 1, `${both} ${alone}`);
});

test('RowExplainer tells that a baseline has moved as a finding that is over, with what is usual now', () => {
  const { explainer, rows } = wild();
  const moved = { field: 0, by: 12, centre: -18, spread: 0.5, since: 3_600, now: -15, readings: 700 };
  const { open, detectors, causes, baseline } = explainer.moved(moved, rows, 300);
  assert.deepEqual([open, detectors[0]?.name, causes[0]?.value, baseline?.readings], [false, 'baseline-moved', -15, 700]); // prettier-ignore
});
