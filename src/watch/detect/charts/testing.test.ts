import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cusumChart } from './cusum-chart.ts';
import { runLength } from './testing.ts';

test('runLength() is short where the limit is low, and where what is measured is far off', () => {
  const zero = Float64Array.of(0);
  const trial = { stateVersion: 1, anew: { 'state above': zero, 'state below': zero }, runs: 20 };
  const low = runLength(cusumChart, { ...trial, limit: 1, shift: 0 });
  const high = runLength(cusumChart, { ...trial, limit: 3, shift: 0 });
  assert.ok(low < high, `${low} and ${high}`);
  assert.ok(runLength(cusumChart, { ...trial, limit: 3, shift: 5 }) < 2);
});
