import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginBaseline, learnBaseline } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { robustZ } from '../charts/robust-z.ts';
import type { Detector } from '../detector.ts';
import { askPasses, findCauses, sayFinding, showReading } from './explain-finding.ts';
import { climatePlan, climateRows } from './testing.ts';

const { fields } = climatePlan();
/** What a detector whose limit is 8 says of a row that has 8. */
function ask(detector: Detector, row: Float64Array, { centre }: BaselineState) {
  const score = new Float64Array(1);
  const timesOf = (values: Float64Array): number => {
    detector.score({ values, width: values.length, count: 1 }, score);
    return score[0]! / 8;
  };
  const away = row.map((value, i) => value - centre[i]!);
  return {
    shares: detector.explain({ values: row, width: row.length, count: 1 }),
    asked: [{ name: detector.kind, passes: askPasses(1, timesOf, row, away) }],
  };
}

test('findCauses() names the field, what is usual, and the nearest value with which there is no alert', () => {
  const rows = climateRows(0, 2_000);
  const detector = robustZ.create(4);
  detector.learn({ values: rows.values, width: 4, count: rows.count });
  const usual = beginBaseline(4);
  for (let row = 0; row < rows.count; row++) learnBaseline(usual, rows.values, row * 4, 3600);
  const row = Float64Array.of(20, 50, 70, NaN);
  const [cause, ...others] = findCauses({
    fields,
    row,
    usual,
    ...ask(detector, row, usual),
  });
  assert.equal(others.length, 0);
  assert.deepEqual([cause?.field, cause?.unit, cause?.value], ['temperature', 'Cel', 20]);
  const [low, high] = cause!.usual!;
  assert.ok(low > -21 && low < -18.5 && high > -17.5 && high < -15);
  // Eight standard deviations of a half above −18.
  assert.ok(Math.abs(cause!.wouldPass! - -14) < 0.7, String(cause!.wouldPass));
  const score = new Float64Array(1);
  detector.score({ values: Float64Array.of(cause!.wouldPass!, 50, 70, NaN), width: 4, count: 1 }, score);
  assert.ok(score[0]! <= 8.001);
});

test('findCauses() says that no single value would do where two are wild', () => {
  const rows = climateRows(0, 1_000);
  const detector = robustZ.create(4);
  detector.learn({ values: rows.values, width: 4, count: rows.count });
  const usual = beginBaseline(4);
  for (let row = 0; row < rows.count; row++) learnBaseline(usual, rows.values, row * 4, 3600);
  const row = Float64Array.of(20, 99, 70, NaN);
  const causes = findCauses({
    fields,
    row,
    usual,
    ...ask(detector, row, usual),
  });
  assert.deepEqual(
    causes.map(({ field, wouldPass }) => [field, wouldPass]),
    [
      ['temperature', null],
      ['humidity', null],
    ],
  );
});

test('findCauses() gives a value that all who told would have passed, or says who of them would', () => {
  const usual = beginBaseline(4);
  for (const [i, centre] of [-18, 50, 70, 0].entries()) usual.centre[i] = centre;
  const row = Float64Array.of(22, 50, 70, NaN);
  const shares = Float64Array.of(1, 0, 0, 0);
  const within = (name: string, most: number) => ({
    name,
    passes: (field: number, way: number) => field === 0 && 22 - way * 40 <= most,
  });
  const told = (...asked: ReturnType<typeof within>[]) => findCauses({ fields, row, usual, shares, asked })[0];
  const both = told(within('far', 2), within('near', -8));
  assert.deepEqual([both?.wouldPass, both?.wouldPassFor], [-8, ['far', 'near']]);
  const one = told(within('far', 2), within('never', -30));
  assert.deepEqual([one?.wouldPass, one?.wouldPassFor], [2, ['far']]);
  const none = told(within('never', -30), within('far', 2));
  assert.deepEqual([none?.wouldPass, none?.wouldPassFor], [null, undefined]);
});

test('sayFinding() makes a sentence for each detector, without values that are not shown', () => {
  const cause = {
    field: 'x',
    unit: 'Cel',
    share: 1,
    value: 5,
    usual: [1, 2] as const,
    deviation: 9,
    wouldPass: 2,
  };
  assert.equal(sayFinding('d', 'robust-z', [cause]), 'x of d was 5 Cel; usual for it is 1 Cel to 2 Cel');
  assert.match(
    sayFinding('d', 'stuck-check', [cause, { ...cause, field: 'y' }]),
    /stayed at 5 Cel.* any other usual value .*; y had a part/,
  );
  assert.match(sayFinding('d', 'jump-check', [cause]), /^x of d jumped to 5 Cel from one reading to the next; usual/);
  const back = { ...cause, value: 1.5 };
  assert.match(
    sayFinding('d', 'jump-check', [back]),
    /jumped farther than it does .*, to 1.5 Cel, which is usual for it by itself$/,
  );
  assert.match(sayFinding('d', 'ewma-chart', [cause]), /has shifted, now 5 Cel/);
  assert.equal(
    sayFinding('d', 'robust-z', [{ ...cause, value: null, usual: null }]),
    'x of d was 9 standard deviations from what is usual for it',
  );
  assert.equal(sayFinding('d', 'robust-z', []), 'd behaved unlike itself');
});

test('showReading() gives the interval in seconds and nothing that is not shown', () => {
  assert.deepEqual(showReading(fields, 5, Float64Array.of(1.23456789, NaN, 80, Math.log1p(2))), {
    time: 5,
    values: { temperature: 1.23457, humidity: null, pulse: null, interval: 2 },
  });
});
