import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vusPr } from './vus-pr.ts';

test('vusPr() is what a plain evaluation of the definition gives', () => {
  // Three anomalies, two of which grow together; the figures come from an independent program, threshold by threshold.
  const labels = new Float64Array(400).fill(1, 50, 60).fill(1, 70, 90).fill(1, 300, 301);
  const scores = labels.map(
    (_, i) => ((i * 7919) % 101) / 101 + ((i >= 52 && i < 75) || (i >= 303 && i < 306) ? 0.5 : 0),
  );
  for (const [window, volume] of [
    [0, 0.1917900535649787],
    [10, 0.28474398092218867],
    [25, 0.4463713669540551],
  ] as const) {
    assert.ok(Math.abs(vusPr(scores, labels, window) - volume) < 1e-9, `${vusPr(scores, labels, window)}`);
  }
});

test('vusPr() is 1 for scores that are the labels, and nothing without an anomaly', () => {
  const labels = new Float64Array(300).fill(1, 100, 150);
  assert.ok(Math.abs(vusPr(labels, labels, 0) - 1) < 1e-9);
  assert.equal(vusPr(labels, new Float64Array(300), 5), NaN);
});
