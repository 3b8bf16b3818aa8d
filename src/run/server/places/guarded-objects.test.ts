import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { openDirectoryObjects, StorageError } from '#base/storage/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { GuardedObjects } from './guarded-objects.ts';

it('GuardedObjects tells what is missing from what cannot be reached, and changes nothing where it may not', async (t) => {
  const inner = await openDirectoryObjects(join(await temporaryFolder(t), 'cold'));
  let isThere = true;
  const guard = {
    isThere: async () => isThere,
    fail: () => new StorageError('STORAGE_UNAVAILABLE', 'Cannot use place cold'),
  };
  const objects = new GuardedObjects(inner, { ...guard, readOnly: null });
  await objects.put('segments/a', encodeUtf8('x'));
  assert.equal(await objects.size('segments/b'), null);
  await assert.rejects(objects.read('segments/b'), { code: 'STORAGE_MISSING' });
  isThere = false;
  assert.equal(await objects.size('segments/a'), 1, 'what is found is found');
  for (const step of [
    () => objects.size('segments/b'),
    () => objects.read('segments/b'),
    () => Array.fromAsync(objects.list('')),
  ])
    await assert.rejects(step, { code: 'STORAGE_UNAVAILABLE' });
  await assert.rejects(objects.delete('segments/a'), { code: 'STORAGE_UNAVAILABLE' });
  isThere = true;
  const readOnly = new StorageError('STORAGE_UNAVAILABLE', 'Cannot use place cold: another holds it');
  const held = new GuardedObjects(inner, { ...guard, readOnly });
  for (const change of [
    () => held.put('b', encodeUtf8('x')),
    () => held.replace('b', encodeUtf8('x')),
    () => held.delete('segments/a'),
  ])
    await assert.rejects(change, /another holds it/);
  assert.deepEqual(await held.read('segments/a'), encodeUtf8('x'));
});
