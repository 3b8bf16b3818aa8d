import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { bytes } from '#base/core/index.ts';
import { RING_KEY } from '#flow/store/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { BackupKeeper } from './backup-keeper.ts';
import { PatientPlaces } from './patient-places.ts';
import { openBackupWorld } from './testing.ts';

test('who opens a place removes what a platform that ended left there, and nothing that is being written', async (t) => {
  const root = await temporaryFolder(t);
  const draft = join(root, '.tmp', 'draft');
  const write = async (): Promise<void> => {
    await mkdir(join(root, '.tmp'), { recursive: true });
    await writeFile(draft, 'half');
  };
  await write();
  const places = new PatientPlaces();
  await Promise.all([places.open({ location: root }), places.open({ location: root })]);
  assert.deepEqual(await readdir(join(root, '.tmp')), []);
  await write();
  await places.open({ location: root });
  await places.open({ location: root }, { readOnly: true });
  assert.deepEqual(await readdir(join(root, '.tmp')), ['draft']);
});

test('a target that hangs does not confirm an erasure, holds nobody up, and is brought up to date once it answers', async (t) => {
  const { parts, place, add, backUp } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  const places = new PatientPlaces({ ms: 300, rate: bytes(1_073_741_824), atOnce: 2 });
  const keeper = await BackupKeeper.open({ ...parts, places });
  const ring = join(place, RING_KEY);
  await rm(ring);
  // Who opens a pipe that nobody writes to hangs in the operating system, as with a mount whose server is gone.
  await promisify(execFile)('mkfifo', [ring]);
  const hangs = await places.open({ location: place });
  await assert.rejects(hangs.read(RING_KEY), { code: 'STORAGE_UNAVAILABLE' });
  const [told] = await keeper.refresh();
  assert.equal(told?.confirmed, false);
  assert.notEqual((await keeper.list())[0]?.behind, null);
  assert.equal((await keeper.trial())[0]?.problem, 'STORAGE_UNAVAILABLE');
  await (await open(ring, 'w')).close();
  await rm(ring);
  const [after] = await eventually(
    () => keeper.refresh(),
    ([one]) => one?.confirmed === true,
  );
  assert.equal(after?.confirmed, true);
});
