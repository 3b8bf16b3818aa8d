import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { principalComponents } from './principal-components.ts';

detectorConformance(principalComponents);

/** Two fields that say the same, with little noise. */
function twins(count: number) {
  const random = seedRandom(1);
  const values = new Float64Array(2 * count);
  for (let row = 0; row < count; row++) {
    values[2 * row] = nextNormal(random);
    values[2 * row + 1] = 100 + 7 * (values[2 * row]! + 0.1 * nextNormal(random));
  }
  return rowsOf(values, 2);
}

test('principalComponents has T² and Q of mean 1 each on the rows that it learnt', () => {
  const detector = principalComponents.create(2);
  const rows = twins(2000);
  detector.learn(rows);
  const scores = new Float64Array(2000);
  detector.score(rows, scores);
  // One component is kept: the mean of T² is 1 and that of Q over its expectation too.
  assert.ok(Math.abs(scores.reduce((sum, score) => sum + score / 2000, 0) - 2) < 1e-6);
});

test('principalComponents sees a broken relation between fields that are each in range', () => {
  const detector = principalComponents.create(2);
  detector.learn(twins(2000));
  const scores = new Float64Array(2);
  detector.score(rowsOf(Float64Array.of(1.5, 110.5, 1.5, 89.5), 2), scores);
  assert.ok(scores[0]! < 10 && scores[1]! > 500, scores.join(' '));
});

test('principalComponents holds nothing against a row for a tied field that is left out, also in what it learnt', () => {
  const rows = twins(2000);
  const holes = rowsOf(rows.values.slice(), 2);
  for (let row = 0; row < 2000; row += 3) holes.values[2 * row + (row % 2)] = NaN;
  for (const learnt of [rows, holes]) {
    const detector = principalComponents.create(2);
    detector.learn(learnt);
    const scores = new Float64Array(5);
    // Far out as often as one row in 700, and without the other field as usual as with it; then broken, then all missing.
    const asked = rowsOf(Float64Array.of(3, 121, 3, NaN, NaN, 121, 1.5, 89.5, NaN, NaN), 2);
    detector.score(asked, scores);
    const [whole, one, other, broken, none] = [...scores] as [number, number, number, number, number];
    assert.ok(whole < 15 && one <= whole + 1e-6 && other <= whole + 1e-6 && none === 0, scores.join(' '));
    assert.ok(broken > 300, scores.join(' '));
    // What is missing has no share in it.
    assert.deepEqual([...detector.explain(asked).subarray(2, 6)], [1, 0, 0, 1]);
  }
});
