import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jensenShannon, populationStability } from './divergence.ts';

test('jensenShannon() is the distance of scipy 1.17.1, to base 2', () => {
  const distance = jensenShannon(Float64Array.of(10, 20, 30, 40, 0), Float64Array.of(5, 5, 50, 20, 20));
  assert.ok(Math.abs(distance - 0.42851423453446685) < 1e-12, `${distance}`);
  assert.equal(jensenShannon(Float64Array.of(1, 0), Float64Array.of(0, 3)), 1);
  assert.equal(jensenShannon(Float64Array.of(0, 0), Float64Array.of(0, 3)), 0);
});

test('populationStability() is the sum of both relative entropies, which scipy has', () => {
  const index = populationStability(Float64Array.of(10, 20, 30, 40), Float64Array.of(20, 25, 25, 30), 0);
  assert.ok(Math.abs(index - 0.11835618070658085) < 1e-12, `${index}`);
});

test('populationStability() is finite where a bin is empty', () => {
  assert.ok(populationStability(Float64Array.of(100, 0), Float64Array.of(0, 100)) > 5);
  assert.equal(populationStability(Float64Array.of(5, 5), Float64Array.of(7, 7)), 0);
});
