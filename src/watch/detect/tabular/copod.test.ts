import { test } from 'node:test';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { copod } from './copod.ts';
import { assertScores } from './testing.ts';

detectorConformance(copod);

test('copod scores as the reference implementation', () => {
  // PyOD 2.0, `COPOD().fit(X).decision_scores_`.
  assertScores(
    copod,
    [
      2.0794415416798357, 1.519825753744413, 1.268511325463507, 1.1631508098056809, 1.3862943611198906,
      1.9616585060234524, 2.772588722239781, 4.1588830833596715,
    ],
  );
});
