import { test } from 'node:test';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { ecod } from './ecod.ts';
import { assertScores } from './testing.ts';

detectorConformance(ecod);

test('ecod scores as the reference implementation', () => {
  // PyOD 2.0, `ECOD().fit(X).decision_scores_`.
  assertScores(
    ecod,
    [
      4.1588830833596715, 2.772588722239781, 1.9616585060234524, 1.3862943611198906, 1.3862943611198906,
      1.9616585060234524, 2.772588722239781, 4.1588830833596715,
    ],
  );
});
