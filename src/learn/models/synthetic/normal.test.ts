import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalShare, normalValue } from './normal.ts';

test('normalShare() and normalValue() are the inverse of each other, and right where it is known', () => {
  assert.ok(Math.abs(normalShare(1.959963985) - 0.975) < 1e-6);
  assert.ok(Math.abs(normalValue(0.975) - 1.959963985) < 1e-6);
  for (const value of [-3, -1, -0.1, 0, 0.5, 2.5])
    assert.ok(Math.abs(normalValue(normalShare(value)) - value) < 1e-4, String(value));
});
