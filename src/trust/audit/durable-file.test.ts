import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { DurableFiles, syncFolder } from './durable-file.ts';

test('DurableFiles.write() makes folders, replaces whole files, and leaves nothing half written', async (t) => {
  const root = await temporaryFolder(t);
  const files = new DurableFiles(root);
  await files.write('a/b/c', 'first');
  await files.write('a/b/c', new Uint8Array([0x32]));
  await Promise.all([files.sync(), files.sync()]);
  assert.equal(await readFile(path.join(root, 'a/b/c'), 'utf8'), '2');
  assert.deepEqual(await readdir(path.join(root, 'tmp')), []);
});

test('DurableFiles.write() gives files the mode that is asked for', async (t) => {
  const root = await temporaryFolder(t);
  await new DurableFiles(root).write('secret', 'x', 0o600);
  assert.equal((await stat(path.join(root, 'secret'))).mode & 0o777, 0o600);
});

test('DurableFiles.clear() removes what a crash left half written', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(path.join(root, 'tmp'));
  await writeFile(path.join(root, 'tmp/17'), 'half');
  const files = new DurableFiles(root);
  await files.clear();
  assert.deepEqual(await readdir(root), []);
  await files.write('a', 'whole');
  assert.equal(await readFile(path.join(root, 'a'), 'utf8'), 'whole');
});

test('syncFolder() throws where there is none', async (t) => {
  await assert.rejects(syncFolder(path.join(await temporaryFolder(t), 'none')), { code: 'ENOENT' });
});
