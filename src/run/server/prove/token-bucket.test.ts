import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBucket } from './token-bucket.ts';

test('TokenBucket gives its burst at once, then no more than its rate', () => {
  let now = 0;
  const bucket = new TokenBucket(20, 100, () => now);
  let taken = 0;
  // Ten seconds: the gateway would let 100 + 200 through.
  for (; now <= 10_000; now += 10) taken += bucket.take(1_000).taken;
  assert.ok(taken > 250 && taken <= 300, String(taken));
});

test('TokenBucket says how long to wait, and keeps its word', () => {
  let now = 0;
  const bucket = new TokenBucket(20, 100, () => now);
  bucket.empty();
  const { taken, waitMs } = bucket.take(5);
  assert.equal(taken, 0);
  now += waitMs;
  assert.equal(bucket.take(5).taken, 1);
});

test('TokenBucket never fills beyond its burst', () => {
  let now = 0;
  const bucket = new TokenBucket(20, 100, () => now);
  now = 1e9;
  assert.equal(bucket.take(1_000).taken, 90);
});
