import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { withoutAbsurd } from './absurd-start.ts';

const column = (...values: number[]) => rowsOf(Float64Array.from(values), 1);

test('withoutAbsurd() leaves out what lies absurdly far from the rest, and nothing else', () => {
  const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['a sensor that says 85 when it starts', [85, 20.1, 20, 20.2, 19.9, 20.1, 20, 20.1], [0]],
    ['two of them, one either way', [20.1, 1e100, 20.2, 19.9, -1e100, 20, 20.1, 19.8], [1, 4]],
    ['beside missing ones', [NaN, 20, 20.1, NaN, 19.9, -32_767, 20.1, NaN], [5]],
    ['a field that stands still', [5, 5, 5, 32_767, 5, 5, 5, 5], [3]],
    ['a step of a field that stands still', [5, 5, 5, 6, 6, 5, 5, 5], []],
    ['a count that is mostly nothing', [0, 0, 0, 400, 0, 0, 0, 0], []],
    ['two levels', [0, 0, 0, 0, 900, 901, 902, 900], []],
    ['too few to tell', [20, NaN, 1e9, NaN, NaN, 20, NaN, NaN], []],
    ['nothing', [NaN, NaN, NaN, NaN], []],
  ];
  for (const [what, values, absurd] of cases) {
    const sound = withoutAbsurd(column(...values));
    const left = values.map((value, row) => (absurd.includes(row) ? NaN : value));
    assert.deepEqual(sound === null ? null : [...sound], absurd.length === 0 ? null : left, what);
  }
});

test('withoutAbsurd() judges each field by itself', () => {
  const rows = rowsOf(Float64Array.of(20, 1e4, 21, 1.1e4, 9e9, 1.2e4, 19, 0.9e4, 20.5, 1e4), 2);
  const sound = withoutAbsurd(rows)!;
  assert.deepEqual(
    [...sound.keys()].filter((at) => Number.isNaN(sound[at]!)),
    [4],
  );
});

test('withoutAbsurd() changes hardly any normal start, and few of a heavy tail', () => {
  const random = seedRandom(4);
  const heavy = () =>
    nextNormal(random) / Math.sqrt([1, 2, 3, 4].reduce((sum) => sum + nextNormal(random) ** 2, 0) / 4);
  const changed = (draw: () => number): number =>
    Array.from({ length: 10_000 }, () => withoutAbsurd(column(...Array.from({ length: 8 }, draw)))).filter(
      (sound) => sound !== null,
    ).length;
  const [normal, tailed] = [changed(() => nextNormal(random)), changed(heavy)];
  assert.ok(normal <= 5 && tailed <= 30, `${normal} and ${tailed} of 10,000`);
});
