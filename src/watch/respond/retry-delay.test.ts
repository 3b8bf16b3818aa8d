import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelay } from './retry-delay.ts';

test('retryDelay() grows to two hours, spreads, and heeds what is asked within reason', () => {
  assert.deepEqual(
    [1, 2, 3, 7, 8, 1_000].map((tries) => retryDelay(tries, 0.5, null) / 1_000),
    [5, 30, 120, 7_200, 7_200, 7_200],
  );
  assert.deepEqual([retryDelay(1, 0, null), retryDelay(1, 1, null)], [4_000, 6_000]);
  assert.deepEqual([retryDelay(1, 0.5, 60), retryDelay(1, 0.5, 1e9), retryDelay(7, 0.5, 1)], [60e3, 3_600e3, 7_200e3]);
});
