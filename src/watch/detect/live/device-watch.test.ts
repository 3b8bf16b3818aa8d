import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DearerTiers } from '../tiers/dearer-tiers.ts';
import { rateOfPart } from './rate-of-part.ts';
import { DeviceWatch } from './device-watch.ts';
import type { DeviceRows } from './device-rows.ts';
import { climatePlan, climateRows } from './testing.ts';

const PLAN = climatePlan();
const WILD = new Map([[500, 20]]);

function cut({ values, times }: DeviceRows, from: number, to: number): DeviceRows {
  return { values: values.slice(from * 4, to * 4), times: times.slice(from, to), count: to - from };
}

test('DeviceWatch tells of a wild value once, and that it is over', () => {
  const watch = new DeviceWatch('truck-3', PLAN);
  const found = watch.take(climateRows(0, 1_500, WILD));
  assert.equal(new Set(found.map(({ id }) => id)).size, 1);
  const [first, last] = [found[0]!, found.at(-1)!];
  assert.deepEqual([first.open, last.open], [true, false]);
  assert.equal(first.start, (1_700_000_000 + 500) * 1e6);
  assert.equal(last.causes[0]?.field, 'temperature');
  assert.ok(last.detectors.some(({ name }) => name === 'robust-z'));
  assert.ok(last.budget!.likely <= 1 && last.baseline!.readings > 400);
});

test('DeviceWatch finds the same however its readings are cut into blocks', () => {
  const rows = climateRows(0, 1_400, WILD);
  const whole = new DeviceWatch('d', PLAN);
  const cutUp = new DeviceWatch('d', PLAN);
  const atOnce = whole.take(rows);
  const inBlocks = [];
  for (let at = 0; at < 1_400; at += 7) inBlocks.push(...cutUp.take(cut(rows, at, at + 7)));
  assert.ok(atOnce.length > 0);
  const brief = (found: typeof atOnce) =>
    found.map(({ id, start, end, open, detectors, evidence, nearest }) => ({
      id,
      start,
      end,
      open,
      detectors,
      evidence,
      nearest,
    }));
  assert.deepEqual(brief(inBlocks), brief(atOnce));
  // The alert is over, and nothing else tells them apart.
  assert.deepEqual(cutUp.snapshot(), whole.snapshot());
});

test('DeviceWatch raises nothing where the named cause is taken out of the data', () => {
  const rows = climateRows(0, 700, WILD);
  rows.values[500 * 4] = NaN;
  assert.deepEqual(new DeviceWatch('d', PLAN).take(rows), []);
});

test('DeviceWatch shows no value of a class that alerts are not for', () => {
  const rows = climateRows(0, 700);
  rows.values[600 * 4 + 2] = 290;
  const [found] = new DeviceWatch('d', PLAN).take(rows);
  assert.deepEqual(
    [found?.causes[0]?.field, found?.causes[0]?.value, found?.causes[0]?.usual, found?.causes[0]?.wouldPass],
    ['pulse', null, null, null],
  );
  assert.doesNotMatch(JSON.stringify(found), /290/);
  assert.match(found?.sentence ?? '', /^pulse of d was \d+\.\d+ standard deviations/);
});

test('DeviceWatch sees a sensor that is stuck, one that shifts, and a silence', () => {
  const stuck = climateRows(0, 1_200);
  for (let i = 1_000; i < 1_200; i++) stuck.values[i * 4] = stuck.values[999 * 4]!;
  const ofStuck = new DeviceWatch('d', PLAN).take(stuck);
  assert.equal(ofStuck[0]?.detectors[0]?.name, 'stuck-check');
  assert.match(ofStuck[0]?.sentence ?? '', /^temperature of d stayed at/);

  const shifted = climateRows(0, 4_200);
  for (let i = 4_000; i < 4_200; i++) shifted.values[i * 4] = shifted.values[i * 4]! + 2;
  assert.ok(new DeviceWatch('d', PLAN).take(shifted).length > 0);

  const silent = climateRows(0, 1_000);
  for (let i = 900; i < 1_000; i++) silent.times[i] = silent.times[i]! + 3_600 * 1e6;
  const ofSilence = new DeviceWatch('d', PLAN).take(silent);
  assert.deepEqual([ofSilence[0]?.causes[0]?.field, ofSilence[0]?.causes[0]?.unit], ['interval', 's']);
  assert.equal(Math.round(ofSilence[0]?.causes[0]?.value ?? 0), 3_601);
});

test('DeviceWatch sees a sensor that is scaled, whether values lie farther out than they did or less far', () => {
  // An hour at a reading a second, and a budget of one false alarm a week.
  for (const times of [8, 0.02]) {
    const rows = climateRows(0, 3_800);
    for (let i = 3_600; i < 3_800; i++) rows.values[i * 4 + 1] = 50 + times * (rows.values[i * 4 + 1]! - 50);
    const found = new DeviceWatch('d', PLAN).take(rows);
    const scaled = found.find(({ detectors }) => detectors.some(({ name }) => name === 'scale-check'));
    assert.equal(scaled?.causes[0]?.field, 'humidity', `${times} times`);
    assert.ok(scaled.start >= rows.times[3_600]!);
  }
});

test('DeviceWatch leaves out what is earlier than what it has seen, and takes several of one time', () => {
  const watch = new DeviceWatch('d', PLAN);
  watch.take(climateRows(0, 50));
  assert.deepEqual(watch.take(climateRows(10, 49)), []);
  assert.deepEqual([watch.readings, watch.late], [50, 39]);
  const same = climateRows(50, 60);
  same.times.fill(same.times[0]!);
  watch.take(same);
  watch.take(climateRows(51, 61));
  assert.deepEqual([watch.readings, watch.late], [70, 39]);
});

test('DeviceWatch.restore() goes on as the one that was kept would, with what was going on', () => {
  const rows = climateRows(0, 900, new Map([[600, 20]]));
  const watch = new DeviceWatch('d', PLAN);
  watch.take(cut(rows, 0, 610));
  const restored = DeviceWatch.restore('d', PLAN, Buffer.from(watch.snapshot()));
  const rest = cut(rows, 610, 900);
  assert.deepEqual(restored.take(rest), watch.take(rest));
  assert.deepEqual(restored.snapshot(), watch.snapshot());
});

test('DeviceWatch.restore() refuses what is of other fields, torn or flipped', () => {
  const watch = new DeviceWatch('d', PLAN);
  watch.take(climateRows(0, 300));
  const kept = watch.snapshot();
  const other = { ...PLAN, fields: PLAN.fields.map((field, i) => (i === 0 ? { ...field, name: 'heat' } : field)) };
  assert.throws(() => DeviceWatch.restore('d', other, kept), { code: 'DETECT_STATE_UNFIT' });
  assert.throws(() => DeviceWatch.restore('d', PLAN, kept.subarray(0, kept.length - 9)), {
    code: 'FEATURES_STATE_CORRUPT',
  });
  const flipped = kept.slice();
  flipped[100] = flipped[100]! ^ 1;
  assert.throws(() => DeviceWatch.restore('d', PLAN, flipped), { code: 'FEATURES_STATE_CORRUPT' });
});

test('DeviceWatch notices that it is led away slowly, and says from where to where', () => {
  const rows = climateRows(0, 20_000);
  // A thousandth of a standard deviation a reading: no reading is unlike the one before it.
  for (let i = 2_000; i < 20_000; i++) rows.values[i * 4] = rows.values[i * 4]! + 0.0005 * (i - 2_000);
  const found = new DeviceWatch('d', PLAN).take(rows);
  assert.deepEqual(
    found.map(({ detectors, causes }) => [detectors[0]?.name, causes[0]?.field]),
    [['baseline-moved', 'temperature']],
  );
  assert.match(
    found[0]?.sentence ?? '',
    /^what is usual for temperature of d has moved to -1\d\.\d+ Cel; usual for it was -19/,
  );
  assert.deepEqual(new DeviceWatch('d', PLAN).take(climateRows(0, 20_000)), []);
});

test('DeviceWatch describes what is usual, intervals in seconds, and nothing of a class that is not shown', () => {
  const watch = new DeviceWatch('d', PLAN);
  watch.take(climateRows(0, 500));
  const { fields, readings, detectors } = watch.describe();
  assert.deepEqual(
    fields.map(({ name, unit, centre }) => [name, unit, Math.round(centre)]),
    [
      ['temperature', 'Cel', -18],
      ['humidity', '%', 50],
      ['interval', 's', 1],
    ],
  );
  assert.equal(readings, 500);
  assert.ok(detectors.every(({ armed }) => armed));
});

test('DeviceWatch learns what is usual under each condition: the same value alerts under one and not under the other', () => {
  const plan = { ...PLAN, context: { state: 'mode', calendars: [] } };
  const rows = climateRows(0, 3_000);
  // Every hundred readings the machine runs or stands; running is 40 degrees warmer.
  const conditions = Float64Array.from({ length: 3_000 }, (_, i) => Math.floor(i / 100) % 2);
  for (let i = 0; i < 3_000; i++) if (conditions[i] === 1) rows.values[i * 4] = rows.values[i * 4]! + 40;
  const taught = (): DeviceWatch => {
    const watch = new DeviceWatch('press', plan);
    assert.deepEqual(watch.take({ ...rows, conditions }), []);
    return watch;
  };
  const warm = (condition: number) => {
    const next = climateRows(3_000, 3_010, new Map([[3_005, 22]]));
    for (let i = 0; i < 10; i++) if (i !== 5 && condition === 1) next.values[i * 4] = next.values[i * 4]! + 40;
    return taught().take({ ...next, conditions: new Float64Array(10).fill(condition) });
  };
  assert.deepEqual(warm(1), []);
  const [found] = warm(0);
  assert.equal(found?.causes[0]?.field, 'temperature');
  assert.equal(found?.causes[0]?.value, 22);
  // What it says of usual is of standing, not of both.
  assert.ok((found?.causes[0]?.usual?.[1] ?? 0) < -10 && (found?.causes[0]?.wouldPass ?? 0) < 0);
  // After a restart it is the same.
  const restored = DeviceWatch.restore('press', plan, taught().snapshot());
  assert.deepEqual(restored.snapshot(), taught().snapshot());
});

test('DeviceWatch sends odd windows and a sample up, within what the budget allows', () => {
  const plan = { ...PLAN, tiers: { suspicious: 0.01, sample: 0.01, processor: 1 } };
  const tiers = new DearerTiers(plan.fields.length, rateOfPart(plan), plan.tiers, () => 0);
  const watch = new DeviceWatch('d', plan);
  watch.take(climateRows(0, 10_000), tiers);
  const [first] = tiers.figures;
  const { sampled } = tiers.recall;
  assert.ok(sampled > 512 && sampled < 800, String(sampled));
  assert.ok(first!.judged > sampled && first!.judged - sampled <= 0.01 * 10_000 + 16, String(first!.judged - sampled));
});

test('DeviceWatch tells what a quiet field does beside one that is noisy all the time', () => {
  const noisy = (at: number, to: number): DeviceRows => {
    const rows = climateRows(at, to);
    // Now and then it goes a hundred of its deviations out, for some readings, and means nothing by that.
    for (let i = 0; i < rows.count; i++) if ((at + i) % 97 < 2) rows.values[i * 4 + 1] = 150;
    return rows;
  };
  const taught = new DeviceWatch('d', PLAN);
  assert.deepEqual(taught.take(noisy(0, 5_000)), []);
  const rows = noisy(5_000, 5_100);
  rows.values[20 * 4] = -8;
  const [found] = taught.take(rows);
  assert.equal(found?.causes[0]?.field, 'temperature');
  assert.equal(found.start, rows.times[20]);
});

test('DeviceWatch notices that it is led away slowly under one condition, while the other stays as it is', () => {
  const plan = { ...PLAN, context: { state: 'mode', calendars: [] } };
  const conditions = Float64Array.from({ length: 24_000 }, (_, i) => Math.floor(i / 100) % 2);
  const led = (by: number): DeviceRows => {
    const rows = climateRows(0, 24_000);
    for (let i = 0; i < 24_000; i++) {
      if (conditions[i] === 0) continue;
      // Running is 40 degrees warmer, and from some time on half a thousandth of a degree more with each reading.
      rows.values[i * 4] = rows.values[i * 4]! + 40 + by * Math.max(0, i - 6_000);
    }
    return { ...rows, conditions };
  };
  const found = new DeviceWatch('press', plan).take(led(0.0005));
  assert.deepEqual(
    found.map(({ detectors, causes }) => [detectors[0]?.name, causes[0]?.field]),
    [['baseline-moved', 'temperature']],
  );
  assert.match(found[0]?.sentence ?? '', /^what is usual for temperature of press has moved to 2[4-9]/);
  assert.deepEqual(new DeviceWatch('press', plan).take(led(0)), []);
  // However it is cut, and over a restart.
  const whole = led(0.0005);
  let watch = new DeviceWatch('press', plan);
  const again = [];
  for (let at = 0; at < 24_000; at += 6_000) {
    const part = { ...cut(whole, at, at + 6_000), conditions: conditions.slice(at, at + 6_000) };
    again.push(...watch.take(part));
    watch = DeviceWatch.restore('press', plan, watch.snapshot());
  }
  assert.deepEqual(
    again.map(({ id }) => id),
    found.map(({ id }) => id),
  );
});
