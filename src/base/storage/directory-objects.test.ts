import assert from 'node:assert/strict';
import { chmod, link, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { testObjects } from '../../../test/conformance/objects.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { openDirectoryObjects } from './directory-objects.ts';

testObjects('openDirectoryObjects()', async (t) => openDirectoryObjects(join(await temporaryFolder(t), 'objects')));

test('openDirectoryObjects() removes what a crash left half written, and list() never shows it', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, '.tmp'));
  await writeFile(join(root, '.tmp', 'draft'), 'half');
  const objects = await openDirectoryObjects(root);
  assert.deepEqual(await readdir(join(root, '.tmp')), []);
  await writeFile(join(root, '.tmp', 'draft'), 'half');
  for await (const key of objects.list('')) assert.fail(key);
});

test('put() leaves no draft behind, and files that only their owner reads', async (t) => {
  const root = await temporaryFolder(t);
  const objects = await openDirectoryObjects(root);
  await objects.put('a/b', encodeUtf8('x'));
  await assert.rejects(objects.put('a/b', encodeUtf8('y')));
  assert.deepEqual(await readdir(join(root, '.tmp')), []);
  assert.equal((await stat(join(root, 'a/b'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(root, 'a'))).mode & 0o777, 0o700);
});

test('put() refuses a key below an object and names the fault', async (t) => {
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  await objects.put('a', encodeUtf8('x'));
  await assert.rejects(objects.put('a/b', encodeUtf8('y')), { code: /^STORAGE_(IO|EXISTS)$/ });
});

test('a folder that may not be written answers with a code', { skip: process.getuid?.() === 0 }, async (t) => {
  const root = join(await temporaryFolder(t), 'objects');
  const objects = await openDirectoryObjects(root);
  await chmod(join(root, '.tmp'), 0o500);
  await assert.rejects(objects.put('a', encodeUtf8('x')), { code: 'STORAGE_IO' });
});

test('replace() overwrites what was there before its blocks are given back', async (t) => {
  const root = await temporaryFolder(t);
  const objects = await openDirectoryObjects(root);
  await objects.replace('ring', encodeUtf8('a key'));
  // A second name for the same file shows what becomes of its content.
  await link(join(root, 'ring'), join(root, 'other'));
  await objects.replace('ring', encodeUtf8('another'));
  assert.deepEqual(await readFile(join(root, 'other')), Buffer.alloc(5));
  assert.equal(await readFile(join(root, 'ring'), 'utf8'), 'another');
  assert.deepEqual(await readdir(join(root, '.tmp')), []);
});

test('what another process is writing is left alone by who opens the folder beside it', async (t) => {
  const root = await temporaryFolder(t);
  await openDirectoryObjects(root);
  await writeFile(join(root, '.tmp', 'draft'), 'half');
  const objects = await openDirectoryObjects(root, { beside: 'store' });
  await objects.put('a', encodeUtf8('x'));
  assert.deepEqual(await readdir(join(root, '.tmp')), ['draft', 'store']);
});

test('who opens the folder again leaves alone what it is writing', async (t) => {
  const root = await temporaryFolder(t);
  await openDirectoryObjects(root);
  await writeFile(join(root, '.tmp', 'draft'), 'half');
  await openDirectoryObjects(root, { again: true });
  assert.deepEqual(await readdir(join(root, '.tmp')), ['draft']);
  await openDirectoryObjects(root);
  assert.deepEqual(await readdir(join(root, '.tmp')), []);
});

test('what one that writes beside others left when it crashed goes as it comes back, and nothing else does', async (t) => {
  const root = await temporaryFolder(t);
  const all = async () => (await readdir(join(root, '.tmp'), { recursive: true })).sort();
  await openDirectoryObjects(root);
  for (const beside of ['store', 'sealing']) {
    await openDirectoryObjects(root, { beside });
    await writeFile(join(root, '.tmp', beside, 'draft'), 'half');
  }
  await openDirectoryObjects(root, { beside: 'store' });
  assert.deepEqual(await all(), ['sealing', 'sealing/draft', 'store']);
  await openDirectoryObjects(root);
  assert.deepEqual(await all(), []);
});

test('a store that is only read is not touched', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, '.tmp'));
  await writeFile(join(root, '.tmp', 'draft'), 'half');
  await openDirectoryObjects(root, { readOnly: true });
  assert.deepEqual(await readdir(join(root, '.tmp')), ['draft']);
});
