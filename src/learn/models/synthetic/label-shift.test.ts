import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { learnShifts, shiftedScore } from './label-shift.ts';
import type { Marginal } from './marginal.ts';

const marginal = (labels: readonly string[] | null): Marginal => ({
  missing: 0,
  grid: new Float64Array(3),
  labels,
  whole: false,
});

test('learnShifts() takes the strongest labels out of scores, and shiftedScore() puts them back', () => {
  const random = seedRandom(4);
  const rows = 4_000;
  const width = 4;
  const codes = Array.from({ length: rows }, () => [NaN, 0, 0, 0].map(() => (nextUniform(random) < 0.05 ? 1 : 0)));
  const scores = new Float64Array(rows * width);
  for (const [row, [, strong, weak]] of codes.entries())
    scores[row * width] = nextNormal(random) * (strong === 1 ? 0.2 : 0.8) + 3 * strong! + weak!;
  const before = scores.slice();
  const marginals = [null, ['a', 'b'], ['a', 'b'], ['a', 'b']].map(marginal);
  const shifts = learnShifts(marginals, { scores, width, codes: (row, column) => codes[row]![column]! }, random);
  assert.deepEqual(
    shifts.map((of) => of.map(({ by }) => by)),
    [[1, 2], [], [], []],
  );
  const strongRows = [...codes.keys()].filter((row) => codes[row]![1] === 1);
  const mean = strongRows.reduce((sum, row) => sum + scores[row * width]!, 0) / strongRows.length;
  assert.ok(Math.abs(mean) < 0.1, `${mean} is left of the label`);
  for (const row of [0, 17]) {
    const again = shiftedScore(shifts[0]!, scores[row * width]!, Float64Array.from(codes[row]!));
    assert.ok(Math.abs(again - before[row * width]!) < 0.05);
  }
  assert.equal(
    shiftedScore(shifts[0]!, 1.5, new Float64Array(width).fill(NaN)),
    1.5,
    'a label that is missing says nothing',
  );
});
