import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeRate } from './status.ts';

test('makeRate() averages over at least a second and never falls below zero', () => {
  let now = 0;
  const rate = makeRate(() => now);
  assert.equal(rate(100), 0);
  now = 500;
  assert.equal(rate(200), 0);
  now = 2_000;
  assert.equal(rate(500), 200);
  now = 4_000;
  assert.equal(rate(400), 0);
});
