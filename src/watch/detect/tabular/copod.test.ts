import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { copod } from './copod.ts';

detectorConformance(copod);

test('copod scores as the reference implementation', () => {
  // PyOD 2.0, `COPOD().fit(X).decision_scores_`.
  const rows = rowsOf(Float64Array.of(1, 10, 2, 9, 3, 8.5, 4, 7, 5, 6.5, 6, 5, 7, 3, 30, 1), 2);
  const detector = copod.create(2);
  detector.learn(rows);
  const scores = new Float64Array(8);
  detector.score(rows, scores);
  const expected = [
    2.0794415416798357, 1.519825753744413, 1.268511325463507, 1.1631508098056809, 1.3862943611198906,
    1.9616585060234524, 2.772588722239781, 4.1588830833596715,
  ];
  for (const [i, score] of expected.entries()) assert.ok(Math.abs(scores[i]! - score) < 1e-9, `${scores[i]}`);
});
