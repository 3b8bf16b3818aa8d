import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { learnBlock, serialCorrelation, STATISTICS_LENGTH, studentOf, usualOf } from './block-statistics.ts';

test('studentOf() is the distance in standard deviations of the next value', () => {
  const state = new Float64Array(STATISTICS_LENGTH);
  assert.equal(studentOf(state, 5, 0.1), 0);
  for (const value of [1, 3, 5]) learnBlock(state, value);
  assert.equal(usualOf(state), 3);
  // Mean 3, deviation 2, of a fourth value: 4 / (2 √(4/3)).
  assert.ok(Math.abs(studentOf(state, 7, 0) - 4 / (2 * Math.sqrt(4 / 3))) < 1e-12);
  assert.ok(studentOf(state, 7, 100) < 0.05);
});

test('serialCorrelation() is that of each value with the one before', () => {
  const random = seedRandom(1);
  const [alone, tied, equal] = [0, 0, 0].map(() => new Float64Array(STATISTICS_LENGTH)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let last = 0;
  for (let i = 0; i < 5_000; i++) {
    learnBlock(alone, 1e6 + nextNormal(random));
    last = 0.8 * last + nextNormal(random);
    learnBlock(tied, last);
    learnBlock(equal, 4);
  }
  assert.ok(Math.abs(serialCorrelation(alone)) < 0.05);
  assert.ok(Math.abs(serialCorrelation(tied) - 0.8) < 0.05);
  assert.equal(serialCorrelation(equal), 0);
});
