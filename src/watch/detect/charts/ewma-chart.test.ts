import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { ewmaChart } from './ewma-chart.ts';
import { runLength } from './testing.ts';

const ANEW = {
  stateVersion: 3,
  anew: { 'state smoothed': Float64Array.of(0), 'state unsettled': Float64Array.of(1) },
};

detectorConformance(ewmaChart, { lasting: 30 });

test('ewmaChart has the run lengths that are published for it', () => {
  // Lucas and Saccucci (1990), table for λ = 0.1 and L = 2.814: 500 in control, 10.3 at a shift of one deviation.
  const inControl = runLength(ewmaChart, { ...ANEW, limit: 2.814, shift: 0, runs: 200 });
  assert.ok(inControl > 400 && inControl < 625, `in control it is ${inControl}`);
  const shifted = runLength(ewmaChart, { ...ANEW, limit: 2.814, shift: 1, runs: 400 });
  assert.ok(shifted > 8.2 && shifted < 11.5, `at a shift it is ${shifted}`);
});
