import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { openPlace } from './open-place.ts';
import { readSnapshot } from './read-snapshot.ts';
import { openBackupWorld, restoreTo } from './testing.ts';
import { verifyBackup } from './verify-backup.ts';

test('segments are copied once; what is needed no more goes', async (t) => {
  const { place, add, backUp, segments, layout } = await openBackupWorld(t);
  await add('s1');
  await add('s2');
  const first = await backUp();
  assert.deepEqual([first.result?.copied, first.result?.segments], [2, 2]);
  await add('s3');
  const second = await backUp();
  assert.deepEqual([second.result?.copied, second.result?.segments], [1, 3]);
  await segments.retire({ ids: ['s1'], expired: { stream: 'climate', rows: 10, keptFrom: 1 as never } });
  await backUp();
  assert.deepEqual((await readdir(join(place, 'segments'))).sort(), ['s2.parquet', 's3.parquet']);
  assert.equal((await readdir(join(place, 'manifests'))).length, 1);
  assert.deepEqual(
    (await readdir(layout.run)).filter((name) => name.startsWith('backup')),
    [],
    'no copy is left',
  );
});

test('no wrap, no place and no key leaves with the catalogue; each opens only by the ring', async (t) => {
  const { place, add, backUp, folder, parts } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  const { manifest } = await readSnapshot(await openPlace({ location: place }), parts.open);
  assert.deepEqual(manifest.files.map(({ path, sealedBy }) => `${path.split('/')[0]} ${sealedBy}`).slice(0, 2), [
    'catalogue.db snapshot',
    'audit target',
  ]);
  await restoreTo(join(folder, 'again'), place);
  await using catalogue = await openSqliteCatalogue(join(folder, 'again', 'catalogue.db'));
  assert.equal((await catalogue.all('SELECT * FROM backups_target')).length, 0);
});

test('a damaged segment does not keep the others from being copied, and a sound copy of it is kept', async (t) => {
  const { place, add, backUp, layout, parts } = await openBackupWorld(t);
  const [one] = [await add('s1'), await add('s2')];
  await backUp();
  const file = join(layout.objects, one.objectKey);
  const bytes = await readFile(file);
  bytes[9]! ^= 1;
  await writeFile(file, bytes);
  const bad = await add('s3');
  await rm(join(layout.objects, bad.objectKey));
  const run = await backUp();
  assert.deepEqual([run.state, run.result?.missing, run.result?.segments], ['done', ['s3'], 2]);
  const report = await verifyBackup(await openPlace({ location: place }), await parts.open(), () => undefined);
  assert.deepEqual([report.damaged, report.missing], [[], ['s3']]);
});

test('an object that was sealed anew since most was copied is copied as it is now', async (t) => {
  const { place, backUp, objects, parts } = await openBackupWorld(t);
  const sealed = async (revision: number) => {
    const [objectKey, bytes] = [`datasets/0193f2/d-${revision}.parquet`, new Uint8Array(9).fill(revision)];
    await objects.put(objectKey, bytes);
    return { id: 'd', stream: 'dataset.training', objectKey, size: bytes.length, digest: sha256Hex(bytes) };
  };
  const [before, after] = [await sealed(1), await sealed(2)];
  Object.assign(parts, { stored: async () => [before], storedIn: async () => [after] });
  assert.deepEqual((await backUp()).result?.missing, []);
  const report = await verifyBackup(await openPlace({ location: place }), await parts.open(), () => undefined);
  assert.deepEqual([report.damaged, report.missing], [[], []]);
  assert.deepEqual(await readdir(join(place, 'datasets', '0193f2')), ['d-2.parquet']);
});

test('a key that is destroyed while the backup is written does not come with it', async (t) => {
  const world = await openBackupWorld(t);
  const { add, backUp, trust, place, parts } = world;
  await add('s1');
  let shredded = false;
  const sign = parts.sign;
  Object.assign(parts, {
    sign: async (...words: Parameters<typeof sign>) => {
      if (!shredded) {
        shredded = true;
        await trust.keys.lifecycle.shred('test');
      }
      return sign(...words);
    },
  });
  assert.equal((await backUp()).state, 'done');
  const { ring } = await readSnapshot(await openPlace({ location: place }), parts.open);
  assert.deepEqual(
    Object.keys(ring.custody).filter((path) => path.includes('epoch')),
    ['secrets/epoch-2.key'],
  );
});
