import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeatureStream } from '../feature-stream.ts';

test('residual is missing until there are as many rows as unknowns, and where one of its fields is', () => {
  const stream = new FeatureStream([{ kind: 'residual', field: 0, from: [1], memory: 100 }], 2);
  const values = Float64Array.of(3, 1, 5, 2, 7, 3, 9, NaN, 12, 5);
  const out = stream.push(Float64Array.of(1, 2, 3, 4, 5), values);
  assert.deepEqual([...out].map(Number.isNaN), [true, true, false, true, false]);
  assert.ok(Math.abs(out[2]!) < 1e-6 && Math.abs(out[4]! - 1) < 1e-6);
});
