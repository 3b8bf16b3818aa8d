import assert from 'node:assert/strict';
import { test } from 'node:test';
import { solveNormal } from './least-squares.ts';

test('solveNormal() solves, also where two unknowns say the same', () => {
  const x = solveNormal(Float64Array.of(4, 1, 1, 3), Float64Array.of(1, 2))!;
  assert.ok(Math.abs(x[0]! - 1 / 11) < 1e-6 && Math.abs(x[1]! - 7 / 11) < 1e-6);
  const same = solveNormal(Float64Array.of(2, 2, 2, 2), Float64Array.of(6, 6))!;
  assert.ok(Math.abs(same[0]! + same[1]! - 3) < 1e-6);
});

test('solveNormal() has no answer of nothing and of what is not finite', () => {
  assert.equal(solveNormal(Float64Array.of(NaN), Float64Array.of(1)), undefined);
  assert.equal(solveNormal(Float64Array.of(-1), Float64Array.of(1)), undefined);
});
