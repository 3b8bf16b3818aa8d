import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextUniform, seedRandom } from '../random-state.ts';
import { findPeriod } from './periodicity.ts';

/** So many times at random within 6,000 s, some of them every 80 s instead. */
function times(count: number, beats: number, seed: number): Float64Array {
  const random = seedRandom(seed);
  return Float64Array.from({ length: count }, (_, i) => (i < beats ? 80 * i + 3 : 6_000 * nextUniform(random)) * 1e6);
}

test('findPeriod() finds a period among times that come at random', () => {
  for (let seed = 1; seed < 20; seed++) {
    const [strength, period] = findPeriod(times(150, 75, seed));
    assert.ok(strength > 15, `${strength}`);
    assert.ok(Math.abs(period - 80) < 1.5, `${period}`);
  }
});

test('findPeriod() takes times that come at random for what they are', () => {
  const strengths = Array.from({ length: 200 }, (_, seed) => findPeriod(times(128, 0, seed + 1))[0]);
  // The chance of 5 or more is e⁻⁵.
  assert.ok(strengths.filter((strength) => strength > 5).length <= 5);
  assert.ok(Math.max(...strengths) < 10);
});

test('findPeriod() has nothing to say of times that are one', () => {
  assert.deepEqual(findPeriod(new Float64Array(64).fill(5e6)), [0, NaN]);
});
