import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { windowedComponents } from './windowed-components.ts';

test('windowedComponents sees a change of rhythm though all values are usual', () => {
  const random = seedRandom(1);
  const values = Float64Array.from({ length: 1200 }, (_, i) => {
    const period = i < 1000 ? 20 : 7;
    return Math.sin((2 * Math.PI * i) / period) + 0.01 * nextNormal(random);
  });
  const detector = windowedComponents.create(1, { first: 600, memory: 600, every: 1e9 });
  const rows = rowsOf(values, 1);
  const scores = new Float64Array(1200);
  detector.step(rows, scores);
  const usual = Math.max(...scores.subarray(620, 1000));
  assert.ok(Math.min(...scores.subarray(1020)) > 2 * usual, `${Math.min(...scores.subarray(1020))} and ${usual}`);
  assert.equal(detector.seen, 1200);
});
