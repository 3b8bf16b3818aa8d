import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextInteger, nextNormal, nextUniform, nextWord, sampleIntegers, seedRandom } from './random-state.ts';

test('nextWord() gives the sequence of xoshiro128**', () => {
  const state = Uint32Array.of(1, 2, 3, 4);
  // The first words from this state, by an independent implementation of the paper's listing.
  for (const word of WORDS) assert.equal(nextWord(state), word);
});

const WORDS = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849];

test('seedRandom() sets close seeds far apart and never all words to zero', () => {
  const firsts = new Set<number>();
  for (let seed = -500; seed < 500; seed++) {
    const state = seedRandom(seed);
    assert.ok(state.some((word) => word !== 0));
    firsts.add(nextWord(state));
  }
  assert.ok(firsts.size >= 999);
  assert.deepEqual(seedRandom(3), seedRandom(3));
});

test('nextUniform(), nextInteger() and nextNormal() have the moments of their distributions', () => {
  const state = seedRandom(1);
  const count = 40_000;
  const momentsOf = (draw: () => number): readonly [number, number] => {
    const values = Float64Array.from({ length: count }, draw);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count];
  };
  const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 0.03, `${actual}`);
  const [uniformMean, uniformVariance] = momentsOf(() => nextUniform(state));
  near(uniformMean, 1 / 2);
  near(uniformVariance, 1 / 12);
  const [normalMean, normalVariance] = momentsOf(() => nextNormal(state));
  near(normalMean, 0);
  near(normalVariance, 1);
  const counts = new Float64Array(6);
  for (let i = 0; i < count; i++) counts[nextInteger(state, 6)]! += 6 / count;
  for (const share of counts) near(share, 1);
});

test('sampleIntegers() draws distinct integers, all where all are asked for', () => {
  const state = seedRandom(2);
  for (const [count, below] of [
    [0, 5],
    [3, 10],
    [10, 10],
  ] as const) {
    const drawn = sampleIntegers(state, count, below);
    assert.equal(new Set(drawn).size, count);
    assert.ok(drawn.every((i) => i >= 0 && i < below));
  }
});
