import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seededRandom } from './seeded-random.ts';

test('seededRandom() gives equal sequences for equal seeds and others for others', () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => random.next());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((value) => value >= 0 && value < 1));
});

test('integer() reaches both ends of its range and nothing beyond', () => {
  const random = seededRandom(1);
  const seen = new Set(Array.from({ length: 200 }, () => random.integer(-1, 2)));
  assert.deepEqual(
    [...seen].toSorted((a, b) => a - b),
    [-1, 0, 1, 2],
  );
});

test('bytes() has the length asked for and pick() refuses an empty list', () => {
  const random = seededRandom(1);
  assert.equal(random.bytes(33).length, 33);
  assert.throws(() => random.pick([]), RangeError);
});
