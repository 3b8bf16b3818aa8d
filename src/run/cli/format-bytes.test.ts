import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes } from './format-bytes.ts';

test('formatBytes() takes the largest unit of which there is one', () => {
  assert.deepEqual([0, 1_023, 1_024, 1_048_575, 3_145_728, 2_147_483_648].map(formatBytes), [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1024.0 KiB',
    '3.0 MiB',
    '2.0 GiB',
  ]);
});
