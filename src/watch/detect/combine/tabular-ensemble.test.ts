import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalRows } from '../../../../test/conformance/detector.ts';
import { rowsOf } from '../rows.ts';
import { tabularEnsemble } from './tabular-ensemble.ts';

test('tabularEnsemble sees a far value, a broken relation and an empty place between normal ones', () => {
  const detector = tabularEnsemble.create(4, {}, 1);
  detector.learn(normalRows(1, 1500, 4));
  const normal = new Float64Array(300);
  detector.score(normalRows(2, 300, 4), normal);
  const limit = normal.sort()[294]!;
  const scores = new Float64Array(3);
  detector.score(rowsOf(Float64Array.of(10, -500, 40, 5, 14, -500, 4, 3, 14, -380, 6.5, 7), 4), scores);
  for (const score of scores) assert.ok(score > limit, `${scores.join(', ')} are not all above ${limit}`);
  const restored = tabularEnsemble.restore(detector.snapshot());
  assert.deepEqual(restored.snapshot(), detector.snapshot());
});
