import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureHashing } from './hashing-loss.ts';
import { nextInteger, nextNormal, seedRandom } from './random-state.ts';

const KEYS = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill));
const random = seedRandom(1);
const ROWS = 4_000;
const categories = Array.from({ length: ROWS }, () => `site-${nextInteger(random, 40)}`);
const targets = categories.map((category) => Number(category.slice(5)) + nextNormal(random));

test('measureHashing() counts categories that share a bucket, as many as chance has it', () => {
  const { collided, categories: known } = measureHashing(categories, null, 64, KEYS);
  assert.equal(known, 40);
  assert.ok(Math.abs(collided.mean - collided.expected) < 8, `${collided.mean} beside ${collided.expected}`);
  assert.equal(measureHashing(['a', 'b'], null, 2, [KEYS[0]!]).quality, null);
});

test('measureHashing() measures what a model loses: nothing with many buckets, nearly all with two', () => {
  const wide = measureHashing(categories, targets, 1_048_576, KEYS).quality!;
  assert.equal(wide.measure, 'R²');
  assert.ok(wide.exact > 0.98 && Math.abs(wide.loss) < 0.01 && wide.blind < 0.01);
  const narrow = measureHashing(categories, targets, 2, KEYS).quality!;
  assert.ok(narrow.loss > 0.5);
  const words = measureHashing(
    categories,
    targets.map((target) => (target > 20 ? 'far' : 'near')),
    64,
    KEYS,
  ).quality!;
  assert.equal(words.measure, 'accuracy');
  assert.ok(words.exact > 0.95 && words.loss >= 0 && words.mostLoss >= words.loss);
});
