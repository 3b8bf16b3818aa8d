import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBackupWorld } from './testing.ts';

test('the world of a test has the segments that were added, and lets go of its directory', async (t) => {
  const { add, segments, objects, stop } = await openBackupWorld(t);
  const { objectKey, size } = await add('s1', Uint8Array.of(1, 2));
  assert.deepEqual([(await segments.active()).length, await objects.size(objectKey), size], [1, 2, 2]);
  await stop();
  await stop();
});
