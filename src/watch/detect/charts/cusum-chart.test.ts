import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { cusumChart } from './cusum-chart.ts';
import { runLength } from './testing.ts';

const ZERO = Float64Array.of(0);
const ANEW = { stateVersion: 1, anew: { 'state above': ZERO, 'state below': ZERO } };

detectorConformance(cusumChart, { lasting: 30 });

test('cusumChart has the run lengths that are published for it', () => {
  // Montgomery, "Statistical quality control", k = 1/2: h = 4 has 168 in control and 8.38 at a shift of one deviation.
  const inControl = runLength(cusumChart, { ...ANEW, limit: 4, shift: 0, runs: 300 });
  assert.ok(inControl > 140 && inControl < 200, `in control it is ${inControl}`);
  const shifted = runLength(cusumChart, { ...ANEW, limit: 4, shift: 1, runs: 400 });
  assert.ok(shifted > 7.6 && shifted < 9.2, `at a shift it is ${shifted}`);
});
