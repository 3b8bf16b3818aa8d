import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPlace } from './open-place.ts';
import { formatDescription, readDescription, readSnapshot } from './read-snapshot.ts';
import { openBackupWorld } from './testing.ts';

test('readDescription() tells whose place it is', async (t) => {
  const { place } = await openBackupWorld(t);
  const objects = await openPlace({ location: place });
  assert.equal(await readDescription(objects), null);
  const own = { id: 'a'.repeat(32), deployment: 'x' };
  const write = (text: string): Promise<void> => writeFile(join(place, 'weir-backup.json'), text);
  await write(formatDescription(own));
  assert.deepEqual(await readDescription(objects), own);
  for (const text of [
    '',
    '{',
    'null',
    '{"format":"other"}',
    formatDescription({ ...own, id: '../x' }),
    'x'.repeat(9_999),
  ]) {
    await write(text);
    await assert.rejects(readDescription(objects), { code: 'BACKUP_DAMAGED' }, text.slice(0, 20));
  }
  await write(formatDescription(own).replace('"version": 1', '"version": 2'));
  await assert.rejects(readDescription(objects), { code: 'BACKUP_NEWER' });
});

test('readSnapshot() gives what ring and manifest say once they are signed', async (t) => {
  const { place, backUp, add, parts } = await openBackupWorld(t);
  await assert.rejects(readSnapshot(await openPlace({ location: place }), parts.open), { code: 'BACKUP_MISSING' });
  await add('s1');
  const { result } = await backUp();
  const objects = await openPlace({ location: place }, { readOnly: true });
  const { manifest, ring } = await readSnapshot(objects, parts.open);
  assert.deepEqual([manifest.snapshot, ring.snapshot], [result?.snapshot, result?.snapshot]);
  assert.deepEqual(
    manifest.segments.map(({ id }) => id),
    ['s1'],
  );
  await assert.rejects(
    readSnapshot(objects, () => () => {
      throw new Error('not signed');
    }),
    { code: 'BACKUP_DAMAGED' },
  );
  const file = join(place, 'manifests', manifest.snapshot);
  const bytes = await readFile(file);
  await rm(file);
  await assert.rejects(readSnapshot(objects, parts.open), { code: 'BACKUP_DAMAGED' });
  // The manifest of before in its place: signed, and not the one that the ring belongs to.
  await writeFile(file, bytes);
  await backUp();
  const now = (await readSnapshot(objects, parts.open)).manifest.snapshot;
  await writeFile(join(place, 'manifests', now), bytes);
  await assert.rejects(readSnapshot(objects, parts.open), { code: 'BACKUP_DAMAGED' });
});
