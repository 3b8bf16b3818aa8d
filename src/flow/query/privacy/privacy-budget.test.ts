import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epsilonOfRho, NANO, rhoOfEpsilon } from './privacy-budget.ts';

test('rhoOfEpsilon() is the greatest loss within ε', () => {
  for (const [epsilon, delta] of [
    [0.05, 1e-6],
    [1, 1e-6],
    [10, 1e-9],
  ] as const) {
    const rho = rhoOfEpsilon(epsilon, delta);
    assert.ok(rho > 0);
    assert.ok(epsilonOfRho(rho, delta) <= epsilon);
    assert.ok(epsilonOfRho(rho + 1, delta) > epsilon);
  }
});

test('epsilonOfRho() is at most what the plain conversion of zCDP gives', () => {
  // Bun and Steinke 2016, proposition 1.3: ε = ρ + 2 √(ρ log(1/δ)); the conversion by Rényi orders is no worse.
  for (const rho of [1e-4, 0.01, 0.3]) {
    const plain = rho + 2 * Math.sqrt(rho * Math.log(1e6));
    const epsilon = epsilonOfRho(rho * NANO, 1e-6);
    assert.ok(epsilon <= plain * 1.001 && epsilon > plain / 2, `${epsilon} ${plain}`);
  }
  assert.equal(epsilonOfRho(0, 1e-6), 0);
});
