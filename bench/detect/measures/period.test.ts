import assert from 'node:assert/strict';
import { test } from 'node:test';
import { periodOf } from './period.ts';

test('periodOf() finds the period of a wave, and 125 where there is none', () => {
  assert.equal(periodOf(Float64Array.from({ length: 2000 }, (_, i) => Math.sin((2 * Math.PI * i) / 48))), 48);
  assert.equal(periodOf(new Float64Array(500).fill(3)), 125);
  assert.equal(periodOf(Float64Array.from({ length: 500 }, (_, i) => i)), 125);
});
