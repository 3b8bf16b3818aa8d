import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { spectralResidual } from './spectral-residual.ts';

detectorConformance(spectralResidual);

test('spectralResidual is that of another program by the equations of the paper', () => {
  // The same in Python with numpy 2.4.6, of a window of 59 values, five estimated ones behind them.
  const series = Array.from({ length: 59 }, (_, i) => Math.sin(i / 3) + 0.1 * ((i * 7) % 5));
  const detector = spectralResidual.create(1);
  detector.learn(rowsOf(Float64Array.from(series.slice(0, 58)), 1));
  const scores = new Float64Array(2);
  detector.score(rowsOf(Float64Array.of(series[58]!, series[58]! + 2), 1), scores);
  assert.ok(Math.abs(scores[0]! - 0.7135876138226244) < 1e-9, `${scores[0]}`);
  assert.ok(Math.abs(scores[1]! - 5.325260012526609) < 1e-9, `${scores[1]}`);
});

test('spectralResidual sees a spike in a rhythm, and nothing in a constant', () => {
  const random = seedRandom(3);
  const series = Array.from({ length: 600 }, (_, i) => Math.sin(i / 4) + 0.05 * nextNormal(random));
  series[500] = series[500]! + 3;
  const scores = new Float64Array(600);
  spectralResidual.create(1).step(rowsOf(Float64Array.from(series), 1), scores);
  assert.equal(scores.indexOf(Math.max(...scores)), 500);
  const constant = new Float64Array(200);
  spectralResidual.create(1).step(rowsOf(new Float64Array(200).fill(7), 1), constant);
  assert.deepEqual(constant, new Float64Array(200));
});
