import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { jumpCheck } from './jump-check.ts';

detectorConformance(jumpCheck);

test('jumpCheck sees a splice between values that are both usual', () => {
  // A slow wave; then a piece of it from half a period later.
  const at = (i: number): number => Math.sin(i / 50) + 0.001 * ((i * 7919) % 10);
  const values = Float64Array.from({ length: 1100 }, (_, i) => at(i < 1000 ? i : i + 157));
  const scores = new Float64Array(1100);
  jumpCheck.create(1).step(rowsOf(values, 1), scores);
  const before = Math.max(...scores.subarray(200, 1000));
  assert.ok(scores[1000]! > 10 * before, `${scores[1000]} at the splice, ${before} before`);
  assert.ok(Math.max(...scores.subarray(1001)) < 2 * before);
});
