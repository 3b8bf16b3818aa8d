import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nabScore, probationOf, STANDARD_PROFILE } from './nab-score.ts';

const seriesOf = (...alarms: readonly (readonly [number, number])[]) => {
  const scores = new Float64Array(1000);
  for (const [row, score] of alarms) scores[row] = score;
  return { scores, windows: [[400, 499] as const] };
};

const sigmoid = (place: number): number => 2 / (1 + Math.exp(5 * place)) - 1;

test('nabScore() is 100 for the first row of each window, 0 for nothing', () => {
  const { score, threshold } = nabScore([seriesOf([400, 1])], STANDARD_PROFILE);
  assert.ok(Math.abs(score - 100) < 1e-9);
  assert.equal(threshold, 1);
  assert.equal(nabScore([seriesOf()], STANDARD_PROFILE).score, 0);
});

test('nabScore() takes the most timely alarm of a window and counts each false one', () => {
  // Fires in the middle of the window, again later, once shortly after it and once long before.
  const { score } = nabScore([seriesOf([450, 1], [480, 1], [509, 1], [200, 1])], STANDARD_PROFILE);
  const raw = sigmoid(-0.5) / sigmoid(-1) + 0.11 * (sigmoid(10 / 99) - 1);
  assert.ok(Math.abs(score - 50 * (raw + 1)) < 1e-9, `${score}`);
});

test('nabScore() has one threshold for all series: the one that gives the most', () => {
  const noisy = { scores: new Float64Array(1000).fill(0.5, 600), windows: [] };
  const { score, threshold } = nabScore([seriesOf([400, 0.9]), noisy], STANDARD_PROFILE);
  assert.ok(Math.abs(score - 100) < 1e-9);
  assert.equal(threshold, 0.9);
});

test('probationOf() leaves out 15 %, at most 750 rows', () => {
  assert.deepEqual([probationOf(1000), probationOf(20_000)], [150, 750]);
  assert.equal(nabScore([{ ...seriesOf([10, 1]), windows: [] }, seriesOf([400, 1])], STANDARD_PROFILE).score, 100);
});
