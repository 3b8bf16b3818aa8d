import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { sequenceSurprisal } from './sequence-surprisal.ts';

detectorConformance(sequenceSurprisal);

/** Scores of a series that is learnt as it goes. */
function scoresOf(values: readonly number[], width = 1, options = {}): Float64Array {
  const rows = rowsOf(Float64Array.from(values), width);
  const scores = new Float64Array(rows.count);
  sequenceSurprisal.create(width, options).step(rows, scores);
  return scores;
}

test('sequenceSurprisal sees commands in an order that never was', () => {
  // Open, set, close: each value is usual, the order is not.
  const values = Array.from({ length: 900 }, (_, i) => i % 3);
  values.push(2, 2);
  const scores = scoresOf(values);
  assert.ok(Math.max(...scores.slice(500, 900)) < 0.2);
  assert.ok(scores[900]! > 3, `a close instead of an open scores ${scores[900]}`);
});

test('sequenceSurprisal sees a level at the wrong hour, where the hour is given', () => {
  const random = seedRandom(3);
  const values: number[] = [];
  for (let day = 0; day < 40; day++) {
    for (let hour = 0; hour < 24; hour++) {
      const busy = hour >= 8 && hour < 18 && !(day === 38 && hour === 12);
      values.push((busy ? 10 : 2) + 0.1 * nextNormal(random), hour);
    }
  }
  const wrong = 38 * 24 + 12;
  const scores = scoresOf(values, 2, { given: 1 });
  const usual = scores.slice(20 * 24, wrong).sort();
  assert.ok(scores[wrong]! > usual[Math.floor(0.999 * usual.length)]!, `it scores ${scores[wrong]}`);
  assert.ok(scores[wrong]! > 3);
});
