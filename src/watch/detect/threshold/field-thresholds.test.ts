import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { beginFieldThresholds, FieldThresholds, Judgement } from './field-thresholds.ts';

const RULE = { floor: 5, rate: 1 / 604_800 / 6, armedAfter: 200, plain: false };

/** Scores of so many fields at one a second, alarms charged; what was said of each row that was an alarm. */
function judge(
  fields: number,
  rows: number,
  score: (field: number, row: number) => number,
  rule = RULE,
): { readonly thresholds: FieldThresholds; readonly beyond: readonly (readonly [row: number, field: number])[] } {
  const thresholds = new FieldThresholds(fields, rule, beginFieldThresholds(fields));
  const scores = new Float64Array(fields);
  const beyond: [number, number][] = [];
  for (let row = 0; row < rows; row++) {
    for (let field = 0; field < fields; field++) scores[field] = score(field, row);
    const said = thresholds.take(row, scores, 0);
    if (said < 0) continue;
    if (row - (beyond.at(-1)?.[0] ?? -Infinity) > 600) thresholds.charge();
    beyond.push([row, said]);
  }
  return { thresholds, beyond };
}

test('FieldThresholds let a noisy field raise its own limit and hardly any other', () => {
  const limits = (noisy: boolean, together = false): readonly number[] => {
    const random = seedRandom(2);
    const normal = (): number => Math.abs(nextNormal(random));
    const heavy = (): number => (8 * normal()) / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);
    const row = (): number[] => Array.from({ length: 5 }, (_, field) => (noisy && field === 4 ? heavy() : normal()));
    const { thresholds, beyond } = together
      ? judge(1, 20_000, () => Math.max(...row()))
      : judge(
          5,
          20_000,
          (() => {
            let scores: number[] = [];
            return (field: number) => (field === 0 ? (scores = row()) : scores)[field]!;
          })(),
        );
    assert.deepEqual(beyond, []);
    return [0, 4].map((field) => (together ? thresholds.limitOf(0) : thresholds.limitOf(field)));
  };
  const [quiet] = limits(false);
  const [beside, loud] = limits(true);
  const [one] = limits(true, true);
  assert.ok(beside! < 2 * quiet! && loud! > 10 * beside!, `${quiet}, and ${beside} beside ${loud}`);
  // A threshold on the greatest score would have let all pass that the noisy field ever does.
  assert.ok(one! > 10 * beside!, `${one}`);
});

test('FieldThresholds name the field that is beyond its own limit, though another scores higher', () => {
  const random = seedRandom(2);
  const { beyond } = judge(3, 4_001, (field, row) =>
    field === 1 && row === 4_000 ? 20 : (field === 2 ? 40 : 1) * Math.abs(nextNormal(random)),
  );
  assert.deepEqual(beyond, [[4_000, 1]]);
});

test('FieldThresholds keep one budget over fields that say the same and over fields that do not', () => {
  const hourly = { ...RULE, rate: 1 / 3_600 };
  for (const together of [true, false]) {
    const random = seedRandom(3);
    let common = 0;
    const { beyond } = judge(
      8,
      86_400,
      (field) => {
        if (field === 0 || !together) {
          const squares = [0, 1, 2, 3].reduce((sum) => sum + nextNormal(random) ** 2, 0);
          common = Math.abs(nextNormal(random)) / Math.sqrt(squares / 4);
        }
        return common;
      },
      hourly,
    );
    assert.ok(new Set(beyond.map(([row]) => Math.floor(row / 600))).size <= 24, `${beyond.length}`);
  }
});

test('FieldThresholds do not learn on its way up that what rises slowly is usual', () => {
  // A sensor that seldom repeats a value, then repeats one for a minute: each repetition adds less than a limit.
  const random = seedRandom(6);
  const seldom = Array.from({ length: 735 }, () => (nextUniform(random) < 0.03 ? 4 : 0));
  const climb = (repeats: number): number => repeats * Math.log(1_500 / (2 * repeats + 1));
  const fivefold = { ...RULE, floor: 8, rate: RULE.rate / 5 };
  const { beyond } = judge(
    2,
    1_035,
    (field, row) => (field === 0 ? (seldom[row] ?? 0) : climb(Math.max(0, row - 734))),
    fivefold,
  );
  assert.ok(beyond.length > 100 && beyond[0]![0] < 775, String(beyond[0]));
});

test('FieldThresholds neither judge nor learn what is missing, and hold to floors', () => {
  const random = seedRandom(4);
  const { thresholds, beyond } = judge(2, 3_000, (field, row) =>
    // The second field comes once in ten rows, and is usual.
    field === 1 && row % 10 !== 0
      ? NaN
      : field === 0
        ? 0.01 * Math.abs(nextNormal(random))
        : Math.abs(nextNormal(random)),
  );
  assert.deepEqual(beyond, []);
  assert.equal(thresholds.limitOf(0), RULE.floor);
  assert.equal(thresholds.take(3_000, Float64Array.of(NaN, NaN), 0), Judgement.usual);
  const plain = new FieldThresholds(2, { ...RULE, plain: true }, beginFieldThresholds(2));
  assert.equal(plain.take(0, Float64Array.of(NaN, NaN), 0), Judgement.none);
  assert.equal(thresholds.take(3_001, Float64Array.of(4.9, 1), 0), Judgement.usual);
  assert.equal(thresholds.isOdd(0.01), true);
  assert.equal(thresholds.take(3_002, Float64Array.of(5.1, 1), 0), 0);
});
