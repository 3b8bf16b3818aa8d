import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { openDescriptors, processTree, unnamedFiles } from './process-files.ts';

const onLinux = { skip: process.platform === 'linux' ? false : 'there is no /proc' };

test('processTree() has this process and its children', onLinux, async (t) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  t.after(() => child.kill());
  await once(child, 'spawn');
  const tree = await processTree(process.pid);
  assert.ok(tree?.includes(process.pid) && tree.includes(child.pid ?? -1));
  assert.equal(await processTree(process.pid, '/absent'), null);
});

test('unnamedFiles() finds deleted files on disk, not those in memory', onLinux, async (t) => {
  const folder = await temporaryFolder(t);
  const named = await open(join(folder, 'named'), 'w+');
  const deleted = await open(join(folder, 'deleted'), 'w+');
  const memory = await open(`/dev/shm/weir-test-${process.pid}`, 'w+');
  t.after(async () => {
    for (const file of [named, deleted, memory]) await file.close();
  });
  await unlink(join(folder, 'deleted'));
  await unlink(`/dev/shm/weir-test-${process.pid}`);
  const { files, unreadable } = await unnamedFiles([process.pid]);
  assert.equal(unreadable, 0);
  const names = files.map(({ name }) => name);
  assert.ok(names.some((name) => name.includes(join(folder, 'deleted'))));
  assert.ok(!names.some((name) => name.includes('named') || name.includes('/dev/shm')));
  assert.equal((await unnamedFiles([2 ** 22 + 1])).unreadable, 1);
});

test('openDescriptors() names what is open', onLinux, async () => {
  assert.ok((await openDescriptors(process.pid))?.has('0'));
  assert.equal(await openDescriptors(2 ** 22 + 1), null);
});
