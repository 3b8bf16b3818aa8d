import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { openPlace } from './open-place.ts';
import { openBackupWorld } from './testing.ts';
import { verifyBackup } from './verify-backup.ts';

test('verifyBackup() finds one flipped byte and one missing object, whatever it is of', async (t) => {
  const { place, add, backUp, parts } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  const objects = await openPlace({ location: place }, { readOnly: true });
  const look = async (): Promise<readonly string[]> => {
    try {
      return (await verifyBackup(objects, await parts.open(), () => undefined)).damaged;
    } catch (error) {
      return [(error as { code: string }).code];
    }
  };
  const whole = await verifyBackup(objects, await parts.open(), () => undefined);
  assert.deepEqual([whole.damaged, whole.segments, whole.missing], [[], 1, []]);
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  assert.ok(files.length > 5);
  for (const file of files) {
    const bytes = await readFile(file);
    const changed = Buffer.from(bytes);
    changed[changed.length >> 1]! ^= 4;
    await writeFile(file, changed);
    const [found] = await look();
    assert.match(found ?? '', /^BACKUP_DAMAGED$|^(segments|blobs)\/|^weir-backup/, relative(place, file));
    await rm(file);
    assert.equal((await look()).length, 1, relative(place, file));
    await writeFile(file, bytes);
  }
  assert.deepEqual(await look(), []);
});
