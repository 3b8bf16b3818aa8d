import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { concatBytes } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { blobKey } from './backup-layout.ts';
import type { BackupFile } from './manifest.ts';
import { openFile, storeFile } from './sealed-file.ts';

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return concatBytes(all);
}

test('openFile() gives back what storeFile() took, and nothing of what was changed', async (t) => {
  const folder = await temporaryFolder(t);
  const place = join(folder, 'objects');
  const objects = await openDirectoryObjects(place);
  const random = seededRandom(1);
  const key = AeadKey.fromBytes(random.bytes(32));
  const sealing = { sealedBy: 'target', key, random } as const;
  for (const length of [0, 1, 4_194_303, 4_194_304, 4_194_305]) {
    const data = new Uint8Array(length).fill(7);
    await writeFile(join(folder, 'file'), data);
    const file = await storeFile(objects, join(folder, 'file'), 'audit/checkpoint', sealing);
    assert.deepEqual([file.size, file.parts.length], [length, Math.max(1, Math.ceil(length / 4_194_304))]);
    assert.deepEqual(await collect(openFile(objects, file, key)), data);
  }
  await writeFile(join(folder, 'file'), 'two readings');
  const file = await storeFile(objects, join(folder, 'file'), 'audit/checkpoint', sealing);
  const blob = join(place, blobKey(file.parts[0]!.blob));
  assert.equal((await readFile(blob)).includes('readings'), false);
  const wrong: readonly BackupFile[] = [
    { ...file, path: 'catalogue.db' },
    { ...file, digest: '0'.repeat(64) },
    { ...file, size: 11 },
    { ...file, parts: [] },
    { ...file, parts: [{ blob: '0'.repeat(64), size: 40 }] },
  ];
  for (const other of wrong) await assert.rejects(collect(openFile(objects, other, key)), { code: 'BACKUP_DAMAGED' });
  const strange = AeadKey.fromBytes(random.bytes(32));
  await assert.rejects(collect(openFile(objects, file, strange)), { code: 'BACKUP_DAMAGED' });
  const bytes = await readFile(blob);
  bytes[20]! ^= 1;
  await writeFile(blob, bytes);
  await assert.rejects(collect(openFile(objects, file, key)), { code: 'BACKUP_DAMAGED' });
});
