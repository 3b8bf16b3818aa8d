import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PatientPlaces } from './patient-places.ts';
import { snapshotsInForce } from './snapshots-in-force.ts';
import { openBackupWorld } from './testing.ts';

test('snapshotsInForce() tells what each target has now, and which cannot be read', async (t) => {
  const { keeper, place, add, backUp, folder, parts } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  const lost = join(folder, 'lost');
  await backUp({ place: { location: lost } });
  await rm(lost, { recursive: true });
  await add('s2');
  const found = await snapshotsInForce(await keeper.list(), new PatientPlaces(), await parts.open());
  assert.deepEqual(
    found.map(({ location, manifest, problem }) => [location, manifest?.segments.map(({ id }) => id), problem]),
    [
      [place, ['s1'], null],
      [lost, undefined, 'BACKUP_MISSING'],
    ],
  );
});
