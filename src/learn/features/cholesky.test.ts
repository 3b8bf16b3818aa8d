import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backwardSolve, cholesky, forwardSolve, logDeterminant } from './cholesky.ts';

const MATRIX = Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98);

test('cholesky() finds the factor of the textbook matrix', () => {
  const lower = cholesky(MATRIX, 3)!;
  assert.deepEqual(lower, Float64Array.of(2, 0, 0, 6, 1, 0, -8, 5, 3));
  // det = (2 · 1 · 3)².
  assert.ok(Math.abs(logDeterminant(lower, 3) - Math.log(36)) < 1e-12);
});

test('forwardSolve() and backwardSolve() solve the system in place', () => {
  const lower = cholesky(MATRIX, 3)!;
  // The matrix times (1, 2, 3).
  const x = Float64Array.of(-20, -43, 192);
  forwardSolve(lower, x);
  backwardSolve(lower, x);
  for (const [i, value] of [1, 2, 3].entries()) assert.ok(Math.abs(x[i]! - value) < 1e-9);
});

test('cholesky() has no factor of what is not positive definite', () => {
  assert.equal(cholesky(Float64Array.of(1, 2, 2, 1), 2), undefined);
  assert.equal(cholesky(Float64Array.of(0), 1), undefined);
  assert.equal(cholesky(Float64Array.of(NaN), 1), undefined);
});
