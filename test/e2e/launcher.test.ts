import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../support/tmp.ts';

const LAUNCHER = path.resolve(import.meta.dirname, '../../bin/weir');

/** A copy of the package in which Node is a script that tells where it runs and with what. */
async function fakePackage(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const root = path.join(realpathSync(await temporaryFolder(t)), 'package');
  for (const folder of ['bin', 'node_modules/.bin', 'elsewhere'])
    mkdirSync(path.join(root, folder), { recursive: true });
  copyFileSync(LAUNCHER, path.join(root, 'bin/weir'));
  const node = path.join(root, 'node_modules/.bin/node');
  writeFileSync(node, '#!/bin/sh\npwd\nfor word in "$@"; do echo "$word"; done\n');
  for (const file of [node, path.join(root, 'bin/weir')]) chmodSync(file, 0o755);
  return root;
}

function launch(
  program: string,
  cwd: string,
  env: Record<string, string> = {},
): { folder: string | undefined; words: string[] } {
  const run = spawnSync(program, ['query', 'select  1'], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  assert.equal(run.status, 0, run.stderr);
  const [folder, ...words] = run.stdout.trimEnd().split('\n');
  return { folder, words };
}

test('bin/weir runs the pinned Node on the command line with the words as they were given', async (t) => {
  const root = await fakePackage(t);
  const { folder, words } = launch(path.join(root, 'bin/weir'), path.join(root, 'elsewhere'));
  assert.equal(folder, path.join(root, 'elsewhere'));
  assert.deepEqual(words.slice(-2), ['query', 'select  1']);
  assert.equal(path.resolve(words.at(-3) ?? ''), path.join(root, 'src/run/cli/main.ts'));
  assert.ok(words.includes('--no-experimental-ffi'));
});

test('bin/weir finds its package through a link', async (t) => {
  const root = await fakePackage(t);
  symlinkSync(path.join(root, 'bin/weir'), path.join(root, 'elsewhere/weir'));
  const { words } = launch(path.join(root, 'elsewhere/weir'), root);
  assert.equal(path.resolve(words.at(-3) ?? ''), path.join(root, 'src/run/cli/main.ts'));
});

test('bin/weir under npm works in the folder where the person typed the command', async (t) => {
  const root = await fakePackage(t);
  const typedIn = path.join(root, 'elsewhere');
  for (const [script, expected] of [
    ['weir', typedIn],
    ['start', typedIn],
    ['test', root],
  ] as const) {
    const { folder } = launch(path.join(root, 'bin/weir'), root, { npm_lifecycle_event: script, INIT_CWD: typedIn });
    assert.equal(folder, expected, script);
  }
});
