import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { detectorConformance } from '../../../../test/conformance/detector.ts';
import { seasonalForecaster } from './seasonal-forecaster.ts';

detectorConformance(seasonalForecaster);

function scoresOf(
  series: readonly number[],
  options: Partial<Record<'period' | 'level' | 'season' | 'trend', number>>,
) {
  const scores = new Float64Array(series.length);
  seasonalForecaster.create(1, options).step(rowsOf(Float64Array.from(series), 1), scores);
  return scores;
}

test('seasonalForecaster sees a usual value at an unusual time of its season', () => {
  const random = seedRandom(2);
  const series = Array.from(
    { length: 480 },
    (_, i) => 20 + 8 * Math.sin((2 * Math.PI * i) / 24) + 0.3 * nextNormal(random),
  );
  // What is usual at noon comes at midnight.
  series[438] = 20 - 8 * Math.sin((2 * Math.PI * 438) / 24);
  const scores = scoresOf(series, { period: 24 });
  assert.equal(scores.subarray(100).indexOf(Math.max(...scores.subarray(100))) + 100, 438);
  assert.ok(scores[438]! > 10, `${scores[438]}`);
  // The season to come is not spoilt by it.
  assert.ok(scores[462]! < 5, `${scores[462]}`);
});

test('seasonalForecaster forecasts as additive smoothing does by hand', () => {
  // Period 2, α = 1/2, γ = 1/2: level 10, then the first season holds the level at half of what is new.
  const detector = seasonalForecaster.create(1, { period: 2, level: 0.5, season: 0.5 });
  detector.learn(rowsOf(Float64Array.of(10, 14), 1));
  const trial = (value: number): number => {
    const score = new Float64Array(1);
    detector.score(rowsOf(Float64Array.of(value), 1), score);
    return score[0]!;
  };
  // Level 10 + 4/2 = 12, profile of the second row 4/2 = 2; the next is the first row of a season, whose profile is 0.
  assert.equal(trial(12), 0);
  detector.learn(rowsOf(Float64Array.of(12), 1));
  assert.equal(trial(14), 0);
  assert.ok(trial(12) > 0 && Math.abs(trial(12) - trial(16)) < 1e-12);
});

test('seasonalForecaster follows a trend where it is told to', () => {
  const line = Array.from({ length: 400 }, (_, i) => i + (i % 2));
  const with_ = scoresOf(line, { period: 2, trend: 0.2, level: 0.3 });
  const without = scoresOf(line, { period: 2, level: 0.3 });
  assert.ok(with_[399]! < without[399]!, `${with_[399]} and ${without[399]}`);
});
