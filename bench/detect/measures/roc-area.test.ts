import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rocArea } from './roc-area.ts';

test('rocArea() counts pairs, ties by half', () => {
  const labels = Float64Array.of(0, 0, 1, 1);
  assert.equal(rocArea(Float64Array.of(0.1, 0.4, 0.35, 0.8), labels), 0.75);
  assert.equal(rocArea(Float64Array.of(1, 2, 3, 4), labels), 1);
  assert.equal(rocArea(Float64Array.of(4, 3, 2, 1), labels), 0);
  assert.equal(rocArea(Float64Array.of(7, 7, 7, 7), labels), 0.5);
  assert.equal(rocArea(Float64Array.of(1, 2), Float64Array.of(0, 0)), NaN);
});
