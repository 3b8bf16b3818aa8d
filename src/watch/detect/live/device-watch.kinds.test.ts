import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState, nextNormal, seedRandom } from '#learn/features/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { DETECTOR_KINDS } from '#declare/template/index.ts';
import { DearerTiers } from '../tiers/dearer-tiers.ts';
import { DeviceJudge } from './device-judge.ts';
import { rateOfPart } from './rate-of-part.ts';
import { DeviceWatch } from './device-watch.ts';
import type { DeviceRows } from './device-rows.ts';
import type { Finding } from './finding.ts';
import { planWatch } from './watch-plan.ts';
import type { WatchPlan } from './watch-plan.ts';

const [USUAL, ROWS] = [2_000, 2_100];
const ODD = 2_040;
/** Fields, the first four of which go together; the last column of a row is left to the watch. */
const FIELDS = ['level', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const WIDTH = FIELDS.length + 1;

/** A plan of a stream that one kind judges, as a template has it. */
function planOf(kind: string, more = ''): WatchPlan {
  return planWatch(
    makeTemplate(`
devices: { pump: {} }
streams: { pump: { from: pump, fields: { ${FIELDS.map((name) => `${name}: { type: number }`).join(', ')} } } }
detect:
  pump: { budget: 10 false alarms per device per hour, detectors: [${kind}]${more} }
`),
  ).get('pump')!;
}

type Wrong = (rows: Float64Array, row: number) => void;

/** What sums up over fields, or counts how many rows are alike: one field alone is not enough for it. */
const allOut: Wrong = (rows, row) => {
  for (let field = 0; field < FIELDS.length && row < ODD + 20; field++)
    rows[row * WIDTH + field]! += 40 + 5 * (row % 5);
};
const levelOut: Wrong = (rows, row) => {
  if (row < ODD + 20) rows[row * WIDTH]! += 40;
};

/** What is odd to a kind, from row `ODD` on; most see a level that is far out for some readings. */
const WRONGS: Readonly<Record<string, Wrong>> = {
  'half-space-trees': allOut,
  hbos: allOut,
  ecod: allOut,
  copod: allOut,
  'isolation-forest': allOut,
  'tabular-ensemble': allOut,
  'page-hinkley-chart': (rows, row) => (rows[row * WIDTH]! += 4),
  'stuck-check': (rows, row) => (rows[row * WIDTH] = 10),
  'jump-check': (rows, row) => (rows[row * WIDTH]! += row === ODD ? 40 : 0),
  'replay-check': (rows, row) => rows.copyWithin(row * WIDTH, (row - 400) * WIDTH, (row - 399) * WIDTH),
};

function rowsOf(kind: string): DeviceRows {
  const random = seedRandom(9);
  const values = new Float64Array(WIDTH * ROWS).fill(NaN);
  for (let row = 0; row < ROWS; row++) {
    const common = nextNormal(random);
    for (let field = 0; field < FIELDS.length; field++) {
      values[row * WIDTH + field] = 10 + (field < 4 ? common + 0.3 * nextNormal(random) : nextNormal(random));
    }
  }
  for (let row = ODD; row < ROWS; row++) (WRONGS[kind] ?? levelOut)(values, row);
  return { values, times: Float64Array.from({ length: ROWS }, (_, i) => (1_700_000_000 + i) * 1e6), count: ROWS };
}

function cut({ values, times }: DeviceRows, from: number, to: number): DeviceRows {
  return { values: values.slice(WIDTH * from, WIDTH * to), times: times.slice(from, to), count: to - from };
}

function tiersOf(plan: WatchPlan): DearerTiers {
  return new DearerTiers(plan.fields.length, rateOfPart(plan), plan.tiers!, () => 0, plan.windows);
}

const by = (found: readonly Finding[], name: string): Finding | undefined =>
  found.find(({ detectors }) => detectors.some((one) => one.name === name));

for (const name of Object.keys(DETECTOR_KINDS)) {
  test(`${name} judges a stream whose template names it, explains what it tells, and goes on from a snapshot`, () => {
    const plan = planOf(name);
    const rows = rowsOf(name);
    const dearer = plan.tiers === undefined ? null : tiersOf(plan);
    const watch = new DeviceWatch('p', plan);
    const before = watch.take(cut(rows, 0, USUAL), dearer);
    const early = new Set(
      before.filter(({ detectors }) => detectors.some((one) => one.name === name)).map(({ id }) => id),
    );
    assert.ok(early.size <= 5, `the budget of half an hour is 5, and it told of ${early.size}`);

    const tiers = dearer === null ? null : tiersOf(plan);
    if (tiers !== null) tiers.restore(dearer!.snapshot());
    const restored = DeviceWatch.restore('p', plan, watch.snapshot());
    const found = watch.take(cut(rows, USUAL, ROWS), dearer);
    const again = restored.take(cut(rows, USUAL, ROWS), tiers);
    assert.deepEqual(
      again.map(({ id }) => id),
      found.map(({ id }) => id),
    );
    const told = found.find(
      ({ detectors, start }) => start >= rows.times[ODD]! && detectors.some((one) => one.name === name),
    );
    assert.ok(told !== undefined, `found ${found.map(({ detectors }) => detectors[0]?.name).join()}`);
    assert.ok(told.sentence.includes('of p') && told.causes.length > 0, told.sentence);
    assert.ok(told.causes[0]!.share > 0 && Math.abs(told.causes[0]!.share) <= 1);
    assert.ok(told.budget!.likely > 0);
    if (!Object.hasOwn(WRONGS, name)) assert.equal(told.causes[0]!.field, 'level');
  });
}

test('a detector that is named takes its share of the one budget', () => {
  const [one, three] = [planOf('series-ensemble'), planOf('series-ensemble, robust-z, hbos')];
  // What tells that the baseline has moved has one, too.
  assert.ok(Math.abs(rateOfPart(one) * 360 - 1 / 2) < 1e-9);
  assert.ok(Math.abs(rateOfPart(three) * 360 - 1 / 4) < 1e-9);
});

test('other settings begin a detector anew, and leave the rest of a device as it was', () => {
  const rows = rowsOf('');
  const watch = new DeviceWatch('p', planOf('robust-z, cusum-chart, window-neighbours'));
  watch.take(cut(rows, 0, 600));
  const other = planOf(
    'robust-z, {kind: cusum-chart, settings: {slack: 1}}, {kind: window-neighbours, fields: [level]}',
  );
  const facts = DeviceWatch.restore('p', other, watch.snapshot()).describe();
  assert.equal(facts.readings, 600);
  const seen = new Map(facts.detectors.map((one) => [one.name, one.seen]));
  assert.deepEqual([seen.get('robust-z')! > 500, seen.get('cusum-chart'), seen.get('window-neighbours')], [true, 0, 0]);
});

test('a device for whose detectors of series there is no memory is judged by the others', () => {
  const plan = planOf('robust-z, series-ensemble', ', tiers: { memory: 1KiB }');
  const judge = new DeviceJudge(plan);
  const watch = new DeviceWatch('p', plan, judge);
  const found = watch.take(rowsOf(''));
  assert.equal(judge.series?.leftOut, 1);
  assert.ok(by(found, 'robust-z') !== undefined && by(found, 'series-ensemble') === undefined);
});

test('while the processor is busy what series show is not judged, and that is counted', () => {
  const plan = planOf('robust-z, series-ensemble');
  const judge = new DeviceJudge(plan);
  const dearer = tiersOf(plan);
  dearer.open = false;
  new DeviceWatch('p', plan, judge).take(cut(rowsOf(''), 0, 70), dearer);
  assert.deepEqual([judge.series?.shed, judge.series?.figures[0]?.judged], [70, 0]);
});

test('a detector of series of a version before begins anew, and the rest of a device goes on', () => {
  const plan = planOf('robust-z, series-ensemble', ', tiers: { memory: 1MiB }');
  const watch = new DeviceWatch('p', plan);
  watch.take(cut(rowsOf(''), 0, 600));
  const saved = new Map(decodeState(watch.snapshot(), 'device-watch', 1));
  const key = [...saved.keys()].find((name) => name.startsWith('series series-ensemble'))!;
  const restoreWith = (ensemble: Uint8Array, judge: DeviceJudge): DeviceWatch =>
    DeviceWatch.restore(
      'p',
      plan,
      encodeState('device-watch', 1, { ...Object.fromEntries(saved), [key]: ensemble }),
      judge,
    );
  const known = decodeState(saved.get(key) as Uint8Array, 'series-ensemble', 2);
  const before = encodeState('series-ensemble', 2, {
    ...Object.fromEntries(known),
    'part 0': encodeState('components-of-means', 1, {}),
  });
  const facts = restoreWith(before, new DeviceJudge(plan)).describe();
  assert.equal(facts.readings, 600);
  const seen = new Map(facts.detectors.map((one) => [one.name, one.seen]));
  assert.deepEqual([seen.get('robust-z'), seen.get('series-ensemble')], [600, 0]);
  // A device whose state cannot be read leaves its memory to others.
  const judge = new DeviceJudge(plan);
  const damaged = encodeState('series-ensemble', 2, { ...Object.fromEntries(known), 'part 0': 0 });
  for (let i = 0; i < 50; i++) assert.throws(() => restoreWith(damaged, judge), { code: 'DETECT_STATE_UNFIT' });
  assert.equal(judge.series?.leftOut, 0);
});

test('under a condition the value that a detector of series would have passed is one that it passes', () => {
  const base = planOf('autoencoder-ensemble');
  const plan = { ...base, context: { state: 'mode', calendars: [] } } satisfies WatchPlan;
  const rows = rowsOf('');
  const conditioned = (given: DeviceRows): DeviceRows => ({
    ...given,
    conditions: new Float64Array(given.count).fill(1),
  });
  const watch = new DeviceWatch('p', plan);
  watch.take(conditioned(cut(rows, 0, ODD)));
  const before = watch.snapshot();
  const odd = cut(rows, ODD, ODD + 1);
  odd.values[0] = 500;
  const [cause] = watch.take(conditioned(odd)).at(-1)!.causes;
  const toldAt = (value: number): boolean => {
    odd.values[0] = value;
    return DeviceWatch.restore('p', plan, before).take(conditioned(odd)).length > 0;
  };
  assert.ok(cause?.field === 'level' && toldAt(500));
  const passes = cause.wouldPass ?? NaN;
  assert.ok(!toldAt(passes) && toldAt(passes + 0.2 * (500 - passes)), String(passes));
});
