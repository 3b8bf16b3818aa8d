import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standing } from './peer-standing.ts';

test('standing() says how far a value is from the others, and how many are below it', () => {
  const others = Float64Array.of(9, 10, 10, 11, 12);
  const far = standing(40, others, 0);
  assert.deepEqual([far?.centre, far?.below, far?.others], [10, 5, 5]);
  assert.ok(far!.position > 15);
  assert.deepEqual([standing(10, others, 0)?.position, standing(10, others, 0)?.below], [0, 2]);
  assert.equal(standing(12, others, 100)?.position, 0.02);
});

test('standing() knows no group of two', () => {
  assert.equal(standing(1, Float64Array.of(1, 2), 0), null);
});
