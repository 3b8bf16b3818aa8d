import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmRates, confusionOf, f1Of, pooled } from './confusion.ts';

test('confusionOf(), f1Of() and alarmRates() count rows above the threshold', () => {
  const counts = confusionOf(Float64Array.of(1, 5, 2, 9, 3), Float64Array.of(0, 1, 1, 0, 0), 2);
  assert.deepEqual(counts, { truePositives: 1, falsePositives: 2, trueNegatives: 1, falseNegatives: 1 });
  assert.equal(f1Of(counts), 2 / 5);
  assert.deepEqual(alarmRates(counts), { falseAlarms: 2 / 3, missed: 1 / 2 });
  assert.equal(f1Of(pooled([counts, counts])), 2 / 5);
  assert.equal(f1Of(confusionOf(Float64Array.of(0), Float64Array.of(1), 1)), 0);
});
