import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { DearerTiers, STANDARD_TIERS } from '../tiers/dearer-tiers.ts';
import { rateOfPart } from './rate-of-part.ts';
import type { DeviceRows } from './device-rows.ts';
import { DeviceWatch } from './device-watch.ts';
import type { Finding } from './finding.ts';
import { climatePlan, climateRows } from './testing.ts';

const PLAN = {
  ...climatePlan({ alarms: 1, seconds: 3_600 }),
  tiers: { ...STANDARD_TIERS, sample: 0.1, processor: 1 },
};
const NAMES = PLAN.fields.map(({ name }) => name);
const WIDTH = NAMES.length;
const [TEMPERATURE, HUMIDITY] = [0, 1];

/** A trouble that one detector tells first: readings, and a field that has nothing to do with it. */
interface Trouble {
  readonly told: string;
  readonly causes: readonly string[];
  readonly other: string;
  /** The first reading that is in trouble, and the first after those that are. */
  readonly span: readonly [number, number];
  readonly rows: () => DeviceRows;
}

const TROUBLES: readonly Trouble[] = [
  {
    told: 'robust-z',
    causes: ['temperature'],
    other: 'humidity',
    span: [1_000, 1_001],
    rows: () => climateRows(0, 1_500, new Map([[1_000, 20]])),
  },
  {
    told: 'ewma-chart',
    causes: ['temperature'],
    other: 'humidity',
    span: [4_000, 4_016],
    rows: () => changed(climateRows(0, 4_300), TEMPERATURE, 4_000, 4_016, (value) => value + 1.4),
  },
  {
    told: 'stuck-check',
    causes: ['temperature'],
    other: 'humidity',
    span: [1_001, 1_020],
    rows: () => {
      const rows = climateRows(0, 1_300);
      const held = rows.values[1_000 * WIDTH]!;
      return changed(rows, TEMPERATURE, 1_000, 1_020, () => held);
    },
  },
  {
    told: 'jump-check',
    causes: ['humidity'],
    other: 'temperature',
    span: [2_700, 2_701],
    // Slowly from one bound to the other and back, and once at the other bound for one reading: both are usual.
    rows: () =>
      changed(climateRows(0, 3_000), HUMIDITY, 0, 3_000, (noise, at) => {
        const course = 50 + 20 * Math.cos((2 * Math.PI * at) / 600) + 0.3 * (noise - 50);
        return at === 2_700 ? course + 40 : course;
      }),
  },
  {
    told: 'principal-components',
    causes: ['temperature', 'humidity'],
    other: 'pulse',
    span: [5_000, 5_060],
    // Each is as it always is; what they have to do with each other is not.
    rows: () => {
      const random = seedRandom(4);
      const rows = climateRows(0, 5_400);
      const apart = (at: number): number => (at < 5_000 || at >= 5_060 ? 0 : at % 2 === 0 ? 0.8 : -0.8);
      return changed(rows, HUMIDITY, 0, 5_400, (_, at) => {
        const together = 50 + 2 * (rows.values[at * WIDTH + TEMPERATURE]! + 18);
        return together + 0.02 * nextNormal(random) + apart(at);
      });
    },
  },
];

for (const { told, causes, other, span, rows } of TROUBLES) {
  test(`what ${told} tells is no alert once the cause that it names is out of the readings`, () => {
    const alert = alertOf(rows());
    assert.deepEqual([alert.detectors[0]?.name, alert.causes.map(({ field }) => field)], [told, causes]);
    assert.deepEqual(judged(rewritten(rows(), span, causes, () => NaN)), []);
    // It is the cause that makes it one, not that something is missing.
    assert.equal(alertOf(rewritten(rows(), span, [other], () => NaN)).detectors[0]?.name, told);
  });
}

test('a field that goes with another may be left out, once or for some time, and is no alert', () => {
  const random = seedRandom(4);
  const rows = changed(climateRows(0, 5_400), HUMIDITY, 0, 5_400, (_, at) =>
    // Left out once in fifty readings, and for a minute.
    at % 50 === 7 || (at >= 5_000 && at < 5_060) ? NaN : 50 + 2 * (at % 17) + 0.02 * nextNormal(random),
  );
  changed(rows, TEMPERATURE, 0, 5_400, (noise, at) => -18 + (at % 17) + 0.02 * (noise + 18));
  assert.deepEqual(judged(rows), []);
});

test('the value that is said to have been no alert is none to the cheap tier, and one somewhat farther out is', () => {
  const span = [1_000, 1_001] as const;
  for (const [field, wild] of [
    ['temperature', 20],
    ['temperature', -40],
    ['humidity', 95],
  ] as const) {
    const put = (to: number): DeviceRows => rewritten(climateRows(0, 1_500), span, [field], () => to);
    const [cause] = alertOf(put(wild), false).causes;
    assert.deepEqual([cause?.field, cause?.value], [field, wild]);
    const passes = cause?.wouldPass ?? NaN;
    assert.deepEqual(judged(put(passes), false), [], `${field} of ${wild}: ${passes}`);
    assert.equal(alertOf(put(passes + 0.1 * (wild - passes)), false).causes[0]?.field, field);
  }
});

test('the value holds for all that told of the reading, and names them', () => {
  const put = (to: number): DeviceRows => rewritten(climateRows(0, 1_500), [1_000, 1_001], ['temperature'], () => to);
  const [first, ...later] = judged(put(20), false);
  const told =
    later
      .filter(({ start, end }) => start === end)
      .at(-1)
      ?.detectors.map(({ name }) => name) ?? [];
  assert.ok(told.length > 1, String(told));
  const [cause] = first!.causes;
  assert.deepEqual(cause?.wouldPassFor?.toSorted(), told.toSorted());
});

test('who tells of later readings is not among those that the value holds for', () => {
  const rows = changed(climateRows(0, 1_500), TEMPERATURE, 1_000, 1_040, (value) => value + 6);
  const found = judged(rows, false);
  const [cause] = found[0]!.causes;
  const { detectors } = found.at(-1)!;
  const others = detectors.filter(({ name }) => cause?.wouldPassFor?.includes(name) !== true);
  assert.ok(cause?.wouldPassFor !== undefined && others.length > 0, JSON.stringify(detectors));
});

test('a sensor that stays is no alert with any other values in the readings of the alert', () => {
  const { rows } = TROUBLES.find(({ told }) => told === 'stuck-check')!;
  const alert = alertOf(rows());
  assert.match(alert.sentence, /any other usual value would have been no alert$/);
  const random = seedRandom(9);
  const otherwise = rewritten(rows(), spanOf(alert), ['temperature'], (value) => value + 0.5 * nextNormal(random));
  assert.deepEqual(judged(otherwise), []);
});

/** What the real watch tells of readings that come one by one, with dearer tiers or without. */
function judged(rows: DeviceRows, tiers = true): readonly Finding[] {
  const dearer = tiers ? new DearerTiers(WIDTH, rateOfPart(PLAN), PLAN.tiers, () => 0) : null;
  const watch = new DeviceWatch('truck-3', PLAN);
  return Array.from({ length: rows.count }, (_, at) => {
    const values = rows.values.slice(at * WIDTH, (at + 1) * WIDTH);
    return watch.take({ values, times: rows.times.slice(at, at + 1), count: 1 }, dearer);
  }).flat();
}

/** The one alert of them, as it is when it is over. */
function alertOf(rows: DeviceRows, tiers = true): Finding {
  const found = judged(rows, tiers);
  assert.equal(new Set(found.map(({ id }) => id)).size, 1, found.map(({ sentence }) => sentence).join('; '));
  return found.at(-1)!;
}

/** The readings of an alert, from its first to its last. */
function spanOf({ start, end }: Finding): readonly [number, number] {
  return [start, end + 1e6].map((time) => time / 1e6 - 1_700_000_000) as [number, number];
}

/** Readings with other values of some fields. */
function rewritten(
  rows: DeviceRows,
  [from, until]: readonly [number, number],
  fields: readonly string[],
  to: (value: number) => number,
): DeviceRows {
  for (const field of fields) changed(rows, NAMES.indexOf(field), from, until, to);
  return rows;
}

function changed<R extends DeviceRows>(
  rows: R,
  column: number,
  from: number,
  until: number,
  to: (value: number, at: number) => number,
): R {
  for (let at = from; at < until; at++) {
    const place = at * WIDTH + column;
    rows.values[place] = to(rows.values[place]!, at);
  }
  return rows;
}
