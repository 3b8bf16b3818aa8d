import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { StorageError } from '#base/storage/index.ts';
import type { BackupError } from '#flow/store/index.ts';
import { openPlace } from './open-place.ts';
import { readSnapshot } from './read-snapshot.ts';
import { BackupKeeper } from './backup-keeper.ts';
import type { BackupParts } from './backup-keeper.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import { entriesFrom } from '../control/audit-reader.ts';
import { openBackupWorld, restoreTo } from './testing.ts';

test('a place belongs to one platform, and to the copy of it that wrote there last', async (t) => {
  const { keeper, place, backUp, folder, add } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  const other = await openBackupWorld(t);
  await assert.rejects(other.backUp({ place: { location: place } }), { code: 'BACKUP_TARGET_TAKEN' });
  await assert.rejects(backUp({ place: { location: folder } }), { code: 'BACKUP_TARGET_TAKEN' });
  // As after a restore elsewhere: the same platform, and not what this one put there.
  await cp(place, join(folder, 'old'), { recursive: true });
  await backUp();
  await rm(place, { recursive: true });
  await cp(join(folder, 'old'), place, { recursive: true });
  await assert.rejects(backUp(), { code: 'BACKUP_TARGET_CONFLICT' });
  assert.equal((await backUp({ takeOver: true })).state, 'done');
  assert.equal((await backUp()).state, 'done');
  const [target] = await keeper.list();
  assert.throws(() => keeper.run('x'), { code: 'BACKUP_TARGET_UNKNOWN' });
  await keeper.forget('person:a', target!.id);
  assert.deepEqual(await keeper.list(), []);
  await assert.rejects(keeper.forget('person:a', target!.id), { code: 'BACKUP_TARGET_UNKNOWN' });
  assert.equal((await backUp({ takeOver: true })).state, 'done');
});

test('two at once: the second is refused, and the first is whole', async (t) => {
  const { place, add, parts } = await openBackupWorld(t);
  await add('s1');
  const request = { place: { location: place }, check: false, takeOver: false };
  // The first goes on only once the second has been refused.
  const { promise: refused, resolve: goOn } = Promise.withResolvers<void>();
  const keeper = await BackupKeeper.open({ ...parts, flush: () => refused });
  const first = await keeper.create('person:a', request);
  const [second] = await Promise.allSettled([keeper.create('person:b', request)]);
  // What ended the first would say why the second was let in.
  assert.deepEqual([keeper.run(first.id).state, keeper.run(first.id).failure], ['running', null]);
  assert.equal(second.status === 'rejected' && (second.reason as BackupError).code, 'BACKUP_BUSY');
  await assert.rejects(keeper.forget('person:b', first.target), { code: 'BACKUP_BUSY' });
  goOn();
  assert.equal((await keeper.end(first.id)).state, 'done');
  const actions = (await readLog(parts)).filter((action) => action.startsWith('create-backup'));
  assert.deepEqual(actions, ['create-backup allowed', 'create-backup done']);
});

test('a target that is full ends the backup with its code; the one before is still whole', async (t) => {
  const { keeper, place, add, parts, backUp, folder } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  const before = (await keeper.list())[0]?.last?.snapshot;
  await add('s2');
  const broken = await BackupKeeper.open({
    ...parts,
    // The store that is read from stands in for the one that is written: both faults end it the same way.
    flush: () => Promise.reject(new StorageError('STORAGE_FULL', 'Cannot store object: the disk is full')),
  });
  const { id } = await broken.create('person:a', { place: { location: place }, check: false, takeOver: false });
  const run = await broken.end(id);
  assert.deepEqual([run.state, run.failure?.code], ['failed', 'STORAGE_FULL']);
  const { manifest } = await readSnapshot(await openPlace({ location: place }), parts.open);
  assert.equal(manifest.snapshot, before);
  assert.equal((await restoreTo(join(folder, 'again'), place)).segments, 1);
  assert.equal((await backUp()).state, 'done', 'repeated, it goes on');
});

test('check mends what was changed there', async (t) => {
  const { place, add, backUp } = await openBackupWorld(t);
  const segment = await add('s1');
  await backUp();
  const file = join(place, segment.objectKey);
  const bytes = await readFile(file);
  await writeFile(file, bytes.toReversed());
  assert.equal((await backUp()).result?.copied, 0);
  assert.equal((await backUp({ check: true })).result?.copied, 1);
  assert.deepEqual(await readFile(file), bytes);
});

test('refresh() has erasures reach each target, and says which it could not reach', async (t) => {
  const { keeper, place, add, backUp, trust, segments, parts, objects, folder } = await openBackupWorld(t);
  const [gone, kept] = [await add('s1'), await add('s2')];
  await backUp();
  const lost = join(folder, 'lost');
  await backUp({ place: { location: lost } });
  await rm(lost, { recursive: true });
  await writeFile(lost, 'no directory');
  await segments.retire({ ids: ['s1'], expired: { stream: 'climate', rows: 10, keptFrom: 1 as never } });
  await objects.delete(gone.objectKey);
  await segments.forget(['s1']);
  await trust.keys.lifecycle.shred('test');
  const confirmations = await keeper.refresh();
  assert.deepEqual(
    confirmations.map(({ confirmed }) => confirmed),
    [true, false],
  );
  assert.deepEqual(
    (await keeper.show()).map(({ behind }) => behind === null),
    [true, false],
  );
  assert.deepEqual((await keeper.catchUp()).length, 1, 'the one that could not be reached is tried again');
  await trust.keys.lifecycle.shred('test');
  assert.equal((await keeper.catchUp()).length, 2, 'after a key was destroyed all are');
  // What is there opens what was kept and not what went.
  const { ring } = await readSnapshot(await openPlace({ location: place }), parts.open);
  const text = JSON.stringify(ring.tables);
  const block = (handle: string): string => handle.split('.')[0] ?? '';
  assert.deepEqual([text.includes(block(gone.footerHandle)), text.includes(block(kept.footerHandle))], [false, true]);
});

test('what stands in the place of a target that is away confirms nothing of it, and none is begun there unasked', async (t) => {
  const { keeper, place, add, backUp, trust } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  await rename(place, `${place}-away`);
  // What a disk leaves that is not mounted.
  await mkdir(place);
  await trust.keys.lifecycle.shred('test');
  assert.deepEqual((await keeper.refresh()).map(({ confirmed }) => confirmed), [false]); // prettier-ignore
  assert.deepEqual(await readdir(place), []);
  await assert.rejects(backUp(), { code: 'BACKUP_MISSING' });
  await rm(place, { recursive: true });
  await rename(`${place}-away`, place);
  assert.deepEqual((await keeper.catchUp()).map(({ confirmed }) => confirmed), [true]); // prettier-ignore
  assert.equal((await keeper.show())[0]?.behind, null);
});

test('catchUp() reaches, after a start, what was destroyed before it and not told', async (t) => {
  const { keeper, add, backUp, trust, parts } = await openBackupWorld(t);
  await add('s1');
  await backUp();
  const started = (): Promise<BackupKeeper> => BackupKeeper.open({ ...parts, keys: { destructions: 0 } });
  assert.deepEqual(await (await started()).catchUp(), [], 'nothing was destroyed');
  await trust.keys.lifecycle.shred('test');
  const again = await started();
  assert.deepEqual(
    (await again.catchUp()).map(({ confirmed }) => confirmed),
    [true],
  );
  assert.deepEqual((await keeper.trial())[0]?.destroyedKeys, []);
  assert.deepEqual(await again.catchUp(), []);
});

async function readLog({ auditLog }: BackupParts): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { event } of entriesFrom(auditLog as AuditLog, 0)) found.push(`${event.action} ${event.outcome}`);
  return found;
}
