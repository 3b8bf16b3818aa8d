import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextUniform, seedRandom } from '#learn/features/index.ts';
import { emptyTailModel, fitTailModel, rarityOf } from './tail-model.ts';

const drawn = (count: number, quantile: (survival: number) => number): Float64Array => {
  const random = seedRandom(1);
  return Float64Array.from({ length: count }, () => quantile(1 - nextUniform(random)));
};

test('rarityOf() is -ln of the share of higher scores, in the bulk and beyond all that were seen', () => {
  const exponential = fitTailModel(drawn(20_000, (survival) => -Math.log(survival)));
  for (const score of [0.1, 1, 2, 3, 5, 8, 12]) {
    assert.ok(Math.abs(rarityOf(exponential, score) - score) < 0.15 * score + 0.02, `${rarityOf(exponential, score)}`);
  }
  // A Pareto tail with ξ = 0.4: survival (1 + 0.4 x)^-2.5.
  const pareto = fitTailModel(drawn(20_000, (survival) => (survival ** -0.4 - 1) / 0.4));
  for (const score of [1, 10, 100]) {
    const rarity = 2.5 * Math.log1p(0.4 * score);
    assert.ok(
      Math.abs(rarityOf(pareto, score) - rarity) < 0.15 * rarity,
      `${rarityOf(pareto, score)} is not ${rarity}`,
    );
  }
});

test('rarityOf() rises with the score without a jump where the tail starts', () => {
  const scores = drawn(1000, (survival) => survival ** -0.3);
  const model = fitTailModel(scores);
  let last = 0;
  for (let score = 0.5; score < 20; score += 0.001) {
    const rarity = rarityOf(model, score);
    assert.ok(rarity >= last && rarity - last < 0.2, `it goes from ${last} to ${rarity} at ${score}`);
    last = Math.max(last, rarity);
  }
});

test('rarityOf() knows no more than its scores tell, and still ranks what is beyond', () => {
  const model = fitTailModel(drawn(1000, (survival) => -Math.log(survival)));
  assert.ok(rarityOf(model, 100) < Math.log(1000) + Math.log1p(120), `${rarityOf(model, 100)}`);
  // Scores that are all equal, as those of a field that never moved: whatever differs is far out, and by how much stays.
  for (const equal of [0, 5]) {
    const flat = fitTailModel(new Float64Array(400).fill(equal));
    const beyond = [1e-3, 1, 1e3, 1e6].map((by) => rarityOf(flat, equal + by));
    for (let i = 1; i < beyond.length; i++) assert.ok(beyond[i]! > beyond[i - 1]!, beyond.join(' '));
  }
});

test('fitTailModel() takes few and equal scores', () => {
  for (const scores of [Float64Array.of(3), new Float64Array(500).fill(3), Float64Array.of(1, 2, 3)]) {
    const model = fitTailModel(scores);
    assert.equal(rarityOf(model, 0), 0);
    assert.ok(rarityOf(model, 4) > rarityOf(model, 3));
    assert.ok(Number.isFinite(rarityOf(model, 1e200)));
  }
  assert.equal(emptyTailModel().grid.length, fitTailModel(Float64Array.of(1)).grid.length);
});
