import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { openDirectoryObjects, StorageError } from '#base/storage/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { lookForObjects } from './look-for-objects.ts';
import { placedKey } from './place-key.ts';
import { PlacedObjects } from './placed-objects.ts';

it('lookForObjects() looks in each place that something belongs to, and says nothing of one that it cannot see', async (t) => {
  const folder = await temporaryFolder(t);
  const cold = await openDirectoryObjects(join(folder, 'cold'));
  let isThere = true;
  const objects = new PlacedObjects(await openDirectoryObjects(join(folder, 'objects')), async () => {
    if (isThere) return cold;
    throw new StorageError('STORAGE_UNAVAILABLE', 'Cannot use place cold');
  });
  const [here, there] = ['segments/a', placedKey('cold', 'segments/b')];
  await objects.put(here, encodeUtf8('x'));
  await cold.put('segments/b', encodeUtf8('x'));
  await cold.put('segments/other', encodeUtf8('x'));
  assert.deepEqual(await lookForObjects(objects, [here]), [{ where: 'objects', found: 1 }]);
  assert.deepEqual(await lookForObjects(objects, [there, 'segments/gone']), [
    { where: 'objects', found: 0 },
    { where: 'place cold', found: 1 },
  ]);
  // What waits to be carried is there as well.
  const waiting = placedKey('cold', 'segments/c');
  await objects.put(waiting, encodeUtf8('x'));
  assert.equal((await lookForObjects(objects, [there, waiting])).at(-1)?.found, 2);
  isThere = false;
  await assert.rejects(lookForObjects(objects, [there]), { code: 'STORAGE_UNAVAILABLE' });
});
