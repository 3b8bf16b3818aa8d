import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { needleForms } from './needle-forms.ts';
import { searchFolders } from './search-files.ts';

const NEEDLE = 'canary-0123456789';
const options = { forms: needleForms(NEEDLE), madeMs: 0, signal: new AbortController().signal };

test('searchFolders() finds the needle in any file, also across chunks', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'a', 'b'), { recursive: true });
  await writeFile(join(folder, 'a', 'b', 'plain'), `before ${NEEDLE} after`);
  await writeFile(join(folder, 'clean'), 'nothing here');
  // The needle lies over the edge of the first chunk of a mebibyte, at each of its places.
  for (let at = 1; at < NEEDLE.length; at++) {
    await writeFile(join(folder, `edge-${at}`), Buffer.concat([Buffer.alloc(1_048_576 - at), Buffer.from(NEEDLE)]));
  }
  const found = await searchFolders([folder], options);
  assert.equal(found.files, 2 + NEEDLE.length - 1);
  assert.ok(found.hits.includes(join('a', 'b', 'plain')) && !found.hits.includes('clean'));
  assert.equal(found.hits.length, NEEDLE.length);
});

test('searchFolders() passes old files over only where there is too much to read', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'old'), NEEDLE);
  const later = { ...options, madeMs: Date.now() + 60_000 };
  assert.deepEqual((await searchFolders([folder], later)).hits, ['old']);
  const passed = await searchFolders([folder], { ...later, readAllBytes: 1 });
  assert.deepEqual([passed.hits, passed.older, passed.files], [[], 1, 0]);
  const changed = await searchFolders([folder], { ...options, readAllBytes: 1 });
  assert.deepEqual(changed.hits, ['old']);
});

test('searchFolders() follows no link and stops when told to', async (t) => {
  const [folder, elsewhere] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(elsewhere, 'file'), NEEDLE);
  await symlink(elsewhere, join(folder, 'link'));
  assert.deepEqual((await searchFolders([folder], options)).hits, []);
  assert.deepEqual((await searchFolders([folder, elsewhere], options)).hits.length, 1);
  assert.deepEqual((await searchFolders([join(folder, 'absent')], options)).files, 0);
  await assert.rejects(searchFolders([elsewhere], { ...options, signal: AbortSignal.abort() }));
});
