import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '../rows.ts';
import { covarianceOf, meanOf } from './covariance.ts';

const ROWS = rowsOf(Float64Array.of(1, 2, 3, 6, 5, 4, 100, 100), 2);

test('meanOf() and covarianceOf() take the chosen rows, or all', () => {
  const chosen = Int32Array.of(0, 1, 2);
  const mean = meanOf(ROWS, chosen);
  assert.ok(Math.abs(mean[0]! - 3) < 1e-12 && Math.abs(mean[1]! - 4) < 1e-12);
  const expected = [8 / 3, 4 / 3, 4 / 3, 8 / 3];
  for (const [i, entry] of covarianceOf(ROWS, mean, chosen).entries())
    assert.ok(Math.abs(entry - expected[i]!) < 1e-12);
  assert.equal(meanOf(ROWS)[1], 28);
});
