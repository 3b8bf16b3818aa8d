import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryFleetSum } from './try-fleet-sum.ts';

test('tryFleetSum() is right to a millionth, and another key opens nothing', async () => {
  const { security, error, otherKey, addMs } = await tryFleetSum();
  assert.equal(security, 128);
  assert.ok(error < 1e-6 && otherKey > 1 && addMs > 0, `${error} ${otherKey}`);
});
