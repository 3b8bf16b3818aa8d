import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pooledRandom, systemRandom } from './random.ts';

test('systemRandom gives as many bytes as asked, never the same', () => {
  for (const length of [0, 1, 32, 1_000]) assert.equal(systemRandom.bytes(length).length, length);
  assert.notDeepEqual(systemRandom.bytes(32), systemRandom.bytes(32));
});

test('pooledRandom() gives each its own bytes, and asks the source once for many', () => {
  let drawn = 0;
  const source = { bytes: (length: number) => new Uint8Array(length).map(() => (drawn += 1) % 251) };
  const pooled = pooledRandom(source);
  const first = pooled.bytes(12);
  const rest = Array.from({ length: 1_000 }, () => pooled.bytes(12));
  assert.equal(first.length, 12);
  assert.equal(new Set([first, ...rest].map((bytes) => bytes.buffer)).size, 1_001, 'none shares memory with another');
  assert.ok(drawn >= 1_001 * 12);
  assert.equal(pooled.bytes(10_000).length, 10_000);
});
