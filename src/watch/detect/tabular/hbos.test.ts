import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { hbos } from './hbos.ts';

detectorConformance(hbos);

test('hbos is the sum of -ln of relative heights', () => {
  // Two bins of each field: 0..5 with three rows and 5..10 with one; then one and three.
  const detector = hbos.create(2, { bins: 2 });
  detector.learn(rowsOf(Float64Array.of(0, 0, 1, 10, 2, 10, 10, 10), 2));
  const scores = new Float64Array(4);
  detector.score(rowsOf(Float64Array.of(1, 9, 9, 9, 9, 1, 11, NaN), 2), scores);
  const expected = [0, Math.log(3), 2 * Math.log(3), Math.log(3 / 0.1)];
  for (const [i, score] of expected.entries()) assert.ok(Math.abs(scores[i]! - score) < 1e-9, `${scores[i]}`);
});
