import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { ewmaChart } from './ewma-chart.ts';
import { runLength } from './testing.ts';

const ANEW = {
  stateVersion: 2,
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

test('ewmaChart sees a shift of one field beside another that wanders all the time', () => {
  const random = seedRandom(2);
  const rows = (count: number, shift: number) => {
    const values = new Float64Array(2 * count);
    for (let i = 0; i < count; i++) {
      values[2 * i] = shift + nextNormal(random);
      values[2 * i + 1] = 10 * Math.sin(i / 300) + nextNormal(random);
    }
    return rowsOf(values, 2);
  };
  const chart = ewmaChart.create(2);
  chart.learn(rows(8_000, 0));
  const [usual, shifted] = [new Float64Array(2_000), new Float64Array(60)];
  chart.step(rows(2_000, 0), usual);
  chart.step(rows(60, 2.5), shifted);
  assert.ok(Math.max(...shifted) > 1.5 * Math.max(...usual), `${Math.max(...shifted)} beside ${Math.max(...usual)}`);
});
