import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeUtf8, micros } from '#base/core/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { startS3Server } from '../../../../test/support/s3-server.ts';
import { openBackupWorld, restoreTo } from './testing.ts';
import { verifyBackup } from './verify-backup.ts';
import { openPlace } from './open-place.ts';

test('openPlace() opens a directory; to be read, without touching it', async (t) => {
  const folder = await temporaryFolder(t);
  const location = join(folder, 'copies');
  const reading = await openPlace({ location }, { readOnly: true });
  assert.equal(await reading.size('ring/current'), null);
  assert.deepEqual(await readdir(folder), []);
  await (await openPlace({ location })).put('ring/current', encodeUtf8('x'));
  assert.equal(await reading.size('ring/current'), 1);
  await assert.rejects(openPlace({ location: 'copies' }), { code: 'BACKUP_LOCATION_INVALID' });
});

test('a bucket is a place like any other, unless it keeps what is replaced', async (t) => {
  await using server = await startS3Server(t);
  const { endpoint, region, credentials } = await server.place('copies', '');
  const place = { location: 's3://copies/site-1/', s3: { endpoint, region, credentials } };
  const { add, backUp, trust, parts, folder, segments, objects } = await openBackupWorld(t);
  const [gone] = [await add('s1'), await add('s2')];
  assert.equal((await backUp({ place })).failure, null);
  await segments.retire({ ids: ['s1'], expired: { stream: 'climate', rows: 10, keptFrom: micros(1) } });
  await objects.delete(gone.objectKey);
  await segments.forget(['s1']);
  await trust.keys.lifecycle.shred('test');
  assert.equal((await backUp({ place })).result?.copied, 0, 'what is there is not copied again');
  const bucket = await openPlace(place, { readOnly: true });
  assert.equal(await bucket.size(gone.objectKey), null);
  assert.deepEqual((await verifyBackup(bucket, await parts.open(), () => undefined)).damaged, []);
  assert.equal((await restoreTo(join(folder, 'again'), '', { place })).segments, 1);

  await assert.rejects(openPlace({ location: 's3://copies' }), { code: 'BACKUP_LOCATION_INVALID' });
  await server.keepVersions('copies');
  await assert.rejects(backUp({ place }), { code: 'BACKUP_VERSIONED_REFUSED' });
  assert.equal(
    await (await openPlace(place, { readOnly: true })).size('ring/current').then((size) => size !== null),
    true,
  );
});
