import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashBucket } from './hash-bucket.ts';

const KEY = new Uint8Array(32).fill(3);

test('hashBucket() spreads categories evenly, the same under the same key and another way under another', () => {
  const words = Array.from({ length: 8_000 }, (_, i) => `device-${i}`);
  const own = words.map((word) => hashBucket(KEY, word, 16));
  const counts = new Uint32Array(16);
  for (const bucket of own) counts[bucket] = counts[bucket]! + 1;
  // Five standard deviations of a count of 500.
  assert.ok(counts.every((count) => Math.abs(count - 500) < 110));
  const other = words.filter((word, i) => hashBucket(new Uint8Array(32).fill(4), word, 16) === own[i]).length;
  assert.ok(Math.abs(other - 500) < 110);
  assert.equal(hashBucket(KEY, 'ümlaut', 1_048_576), hashBucket(KEY, 'ümlaut', 1_048_576));
});
