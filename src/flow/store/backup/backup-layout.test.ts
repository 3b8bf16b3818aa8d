import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireObjectKey } from '#base/storage/index.ts';
import { blobKey, DESCRIPTION_KEY, manifestKey, RING_KEY } from './backup-layout.ts';

test('every object of a backup has a key that a store takes', () => {
  const id = '0193f2a4'.repeat(4);
  for (const key of [DESCRIPTION_KEY, RING_KEY, manifestKey(id), blobKey('ab'.repeat(32))]) requireObjectKey(key);
  assert.equal(blobKey('ab'.repeat(32)), `blobs/ab/${'ab'.repeat(32)}`);
});
