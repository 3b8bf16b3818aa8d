import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { stuckCheck } from './stuck-check.ts';

detectorConformance(stuckCheck, {
  lasting: 8,
  repeating: true,
  plant: ({ values, width }, row, field) => {
    values[row * width + field] = 4.5;
  },
});

test('stuckCheck is −ln of the chance of the run: soon for a field that never repeats, late for one that does', () => {
  const random = seedRandom(1);
  const rows = 1000;
  const values = new Float64Array(3 * (rows + 20));
  for (let row = 0; row < rows + 20; row++) {
    const stuck = row >= rows;
    values[3 * row] = stuck ? 7 : nextNormal(random);
    // Changes every tenth row, and one that never does.
    values[3 * row + 1] = Math.floor(row / 10);
    values[3 * row + 2] = 5;
  }
  const detector = stuckCheck.create(3);
  const scores = new Float64Array(rows + 20);
  detector.step(rowsOf(values, 3), scores);
  assert.ok(Math.max(...scores.subarray(100, rows)) < 3, `it has ${Math.max(...scores.subarray(100, rows))}`);
  assert.ok(scores[rows + 3]! > 15, `after three repetitions it has ${scores[rows + 3]}`);
  const shares = detector.explain(rowsOf(Float64Array.of(7, -1, 5), 3));
  assert.ok(shares[0]! > 0.95, `the field that is stuck has ${shares[0]}`);
});
