import assert from 'node:assert/strict';
import { link, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { destroyFile, readIfThere, writeDurably } from './durable-file.ts';

test('writeDurably() creates once, replaces when told, and leaves no draft', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a');
  await writeDurably(path, encodeUtf8('first'), 'create');
  await assert.rejects(writeDurably(path, encodeUtf8('second'), 'create'), { code: 'EEXIST' });
  assert.deepEqual(await readIfThere(path), encodeUtf8('first'));
  await writeDurably(path, encodeUtf8('third'), 'replace');
  assert.deepEqual(await readIfThere(path), encodeUtf8('third'));
  assert.deepEqual(await readdir(folder), ['a']);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('readIfThere() gives null where nothing is', async (t) => {
  assert.equal(await readIfThere(join(await temporaryFolder(t), 'none')), null);
});

test('destroyFile() leaves no draft that a crash left', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDurably(join(folder, 'a'), encodeUtf8('secret'), 'create');
  await writeFile(join(folder, 'a.new'), 'secret');
  await destroyFile(join(folder, 'a'));
  assert.deepEqual(await readdir(folder), []);
});

test('destroyFile() overwrites before it removes', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDurably(join(folder, 'a'), encodeUtf8('secret'), 'create');
  await link(join(folder, 'a'), join(folder, 'other-name'));
  await destroyFile(join(folder, 'a'));
  assert.deepEqual(await readdir(folder), ['other-name']);
  assert.deepEqual(new Uint8Array(await readFile(join(folder, 'other-name'))), new Uint8Array(6));
  await destroyFile(join(folder, 'a'));
});
