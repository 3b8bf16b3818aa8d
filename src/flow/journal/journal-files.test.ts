import assert from 'node:assert/strict';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { extentPath, nodeFiles, roomAhead } from './journal-files.ts';

test('create() makes a private file that takes writes, truncation and announcements', async (t) => {
  const folder = await temporaryFolder(t);
  const path = `${folder}/w0/f1.journal`;
  const handle = await nodeFiles.create(path);
  await handle.write(Buffer.from('hello world'), 0);
  await handle.write(Buffer.from('W'), 6);
  await handle.truncate(7);
  handle.announce(7);
  assert.equal(await readFile(path, 'utf8'), 'hello W');
  assert.equal((await readFile(extentPath(path))).readDoubleLE(0), 7);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await handle.close();
  await assert.rejects(handle.write(Buffer.from('x'), 0), { code: 'EBADF' });
});

test('create() takes an empty file that was made ahead, and none that has content', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(`${folder}/empty`, '');
  await (await nodeFiles.create(`${folder}/empty`)).close();
  await writeFile(`${folder}/used`, 'x');
  await assert.rejects(nodeFiles.create(`${folder}/used`), { code: 'EEXIST' });
  assert.equal(await readFile(`${folder}/used`, 'utf8'), 'x');
});

test('remove() removes both files, and is content where there are none', async (t) => {
  const folder = await temporaryFolder(t);
  await (await nodeFiles.create(`${folder}/f`)).close();
  await nodeFiles.remove(`${folder}/f`);
  await nodeFiles.remove(`${folder}/f`);
  assert.deepEqual(await readdir(folder), []);
});

test('a file that grows has room made ahead, which is given back when it is closed', async (t) => {
  const path = `${await temporaryFolder(t)}/f1.journal`;
  const size = async (): Promise<number> => (await stat(path)).size;
  const handle = await nodeFiles.create(path);
  const piece = Buffer.alloc(50_000, 7);
  await handle.write(piece, 0);
  assert.equal(await size(), 50_000, 'a small file has none');
  await handle.write(piece, 50_000);
  assert.equal(await size(), 200_000, 'as much again');
  await handle.write(piece, 100_000);
  assert.equal(await size(), 200_000, 'written into the room');
  await handle.write(piece, 150_000);
  await handle.write(piece, 200_000);
  await handle.truncate(210_000);
  await handle.write(piece, 210_000);
  assert.equal(await size(), 520_000);
  await handle.close();
  const kept = await readFile(path);
  assert.equal(kept.length, 260_000);
  assert.equal(
    kept.findIndex((byte) => byte !== 7),
    -1,
  );
});

test('roomAhead() is nothing for a small file and a MiB at most', () => {
  assert.deepEqual([0, 65_535, 65_536, 500_000, 2 ** 20, 2 ** 30].map(roomAhead), [
    0,
    0,
    65_536,
    500_000,
    2 ** 20,
    2 ** 20,
  ]);
});
