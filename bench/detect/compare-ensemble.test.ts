import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareEnsembles, meanRanks, ranksOf } from './compare-ensemble.ts';

test('ranksOf() gives equal figures the mean of their places', () => {
  assert.deepEqual(ranksOf([3, 5, 3, 1]), [2.5, 1, 2.5, 4]);
});

test('meanRanks() ranks the chosen columns only', () => {
  const rows = [
    { name: 'a', figures: [1, 9, 2] },
    { name: 'b', figures: [3, 9, 2] },
  ];
  assert.deepEqual(meanRanks(rows, [0, 2]), [1.5, 1.5]);
});

test('compareEnsembles() counts points behind the best part, and ranks over the sets that a part is in', () => {
  const part = (name: string, figure: number) => ({ name, figure });
  const { sets, parts, meanRank } = compareEnsembles(
    new Map([
      ['one', { ensemble: 0.5, point: 0.01, parts: [part('a', 0.75), part('b', 0.25)] }],
      ['two', { ensemble: 70, point: 1, parts: [part('a', 60)] }],
    ]),
  );
  assert.deepEqual(sets, [
    { name: 'one', figures: [0.5, 0.75, 2, 3, 25] },
    { name: 'two', figures: [70, 60, 1, 2, -10] },
  ]);
  assert.deepEqual(parts, [
    { name: 'a', figures: [2, 1.5, 1.5] },
    { name: 'b', figures: [1, 3, 2] },
  ]);
  assert.equal(meanRank, 1.5);
});
