import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireObjectKey } from './object-key.ts';

test('requireObjectKey() takes parts joined by slashes', () => {
  for (const key of ['a', '0', 'a/b/c.parquet', '_probe/x-1', `${'a'.repeat(255)}/${'b'.repeat(255)}`])
    requireObjectKey(key);
});

test('requireObjectKey() refuses what leaves its folder, hides, or is too long', () => {
  for (const key of [
    '',
    '/',
    'a/',
    '../a',
    'a/./b',
    '.a',
    'a/.a',
    'A',
    'a:b',
    'a'.repeat(256),
    'a/'.repeat(256) + 'a',
  ]) {
    assert.throws(() => requireObjectKey(key), { code: 'STORAGE_KEY_INVALID' }, key);
  }
});
