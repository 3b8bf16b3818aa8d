import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { PACKAGE_ROOT } from './control/package-files.ts';
import { layoutOf, lockDirectory, makeDirectories, requireRestored } from './data-directory.ts';

async function fresh(t: { after: (done: () => Promise<void>) => void }) {
  const root = await mkdtemp(join(tmpdir(), 'weir-dir-'));
  t.after(() => rm(root, { recursive: true }));
  const layout = layoutOf(join(root, 'data'));
  await makeDirectories(layout);
  return layout;
}

test('makeDirectories() makes folders that only their owner can read', async (t) => {
  const layout = await fresh(t);
  for (const folder of [layout.root, layout.keys, layout.run, layout.audit]) {
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  }
});

test('makeDirectories() closes folders that others could write to, and refuses those that are shared', async (t) => {
  const layout = await fresh(t);
  await Promise.all([layout.root, layout.operator].map((folder) => chmod(folder, 0o777)));
  await makeDirectories(layout);
  for (const folder of [layout.root, layout.operator]) assert.equal((await stat(folder)).mode & 0o777, 0o700);
  const shared = join(layout.root, 'everybody');
  await mkdir(shared);
  await chmod(shared, 0o1777);
  await assert.rejects(makeDirectories(layoutOf(shared)), { code: 'SERVER_DIRECTORY_UNSAFE' });
  assert.equal((await stat(shared)).mode & 0o7777, 0o1777);
});

test('lockDirectory() refuses a second holder and names the process', async (t) => {
  const layout = await fresh(t);
  await using _lock = await lockDirectory(layout);
  await assert.rejects(lockDirectory(layout), {
    code: 'SERVER_DIRECTORY_IN_USE',
    message: new RegExp(`${process.pid}`),
  });
});

test('lockDirectory() takes over a lock whose process has ended, or whose id was given to another process', async (t) => {
  const layout = await fresh(t);
  for (const stale of [
    '{"pid":4194303,"started":"x:1"}',
    `{"pid":${process.pid},"started":"an-earlier-boot:1"}`,
    'not json',
  ]) {
    await writeFile(join(layout.root, 'weir.lock'), stale);
    await using _lock = await lockDirectory(layout);
  }
});

test('lockDirectory() gives the directory back when disposed of', async (t) => {
  const layout = await fresh(t);
  await (await lockDirectory(layout))[Symbol.asyncDispose]();
  await using _again = await lockDirectory(layout);
});

test('layoutOf() puts the log where it is told', () => {
  assert.equal(layoutOf('/var/weir', '/mnt/log').audit, '/mnt/log');
  assert.equal(layoutOf('/var/weir').audit, '/var/weir/audit');
});

test('docs/formats/data-directory.md names each place of the layout', () => {
  const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'formats', 'data-directory.md'), 'utf8');
  const { root, ...places } = layoutOf('/data');
  for (const place of Object.values(places)) {
    const name = relative(root, place);
    assert.match(page, new RegExp(`\`${RegExp.escape(name)}[\`/]`), name);
  }
});

test('requireRestored() refuses a directory in which a restore was cut off', async (t) => {
  const layout = await fresh(t);
  await requireRestored(layout);
  await writeFile(layout.restoring, '{}');
  await assert.rejects(requireRestored(layout), { code: 'SERVER_RESTORE_UNFINISHED' });
});
